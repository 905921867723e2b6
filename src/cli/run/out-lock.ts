import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';

import { InputError } from '../../contract/errors.js';
import { identityOf, ownIdentity } from '../../server/index.js';

/**
 * Keeps other commands from a file of `--out`, by a file beside it that names this process; that of a process that is gone is taken
 * over. Where no file can be made beside it, and what is no regular file (a pipe, a terminal), nothing is kept.
 *
 * @returns what gives it free
 * @throws InputError where a process that runs has it, or where something else is called so
 */
export async function lockOut(path: string, name: string): Promise<() => Promise<void>> {
  const isThing = await stat(path).then(
    (found) => !found.isFile(),
    () => false,
  );
  if (isThing) return async () => {};
  const lock = `${path}.lock`;
  const draft = `${lock}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, JSON.stringify(await ownIdentity()), { flag: 'wx' });
  } catch {
    await rm(draft, { force: true }).catch(() => {});
    return async () => {};
  }
  try {
    for (;;) {
      // A link appears whole, or not at all.
      const error = await link(draft, lock).then(
        () => undefined,
        ({ code }: NodeJS.ErrnoException) => code,
      );
      if (error === undefined) return () => rm(lock, { force: true });
      if (error !== 'EEXIST') return async () => {};
      const text = await readFile(lock, 'utf8').catch(() => '');
      await checkGone(text, name);
      const gone = `${draft}.gone`;
      await rename(lock, gone).catch(() => undefined);
      // Somebody else may have taken it over in between, and keeps it.
      if ((await readFile(gone, 'utf8').catch(() => text)) !== text) await link(gone, lock).catch(() => undefined);
      await rm(gone, { force: true });
    }
  } finally {
    await rm(draft, { force: true });
  }
}

async function checkGone(text: string, name: string): Promise<void> {
  const [, pid, startTime] = /^\{"pid":(\d+),"startTime":"(.*)"\}$/.exec(text) ?? [];
  // A lock appears whole, if it outlasts a power cut: anything else is somebody's own.
  if (pid === undefined && !/^\0*$/.test(text)) {
    throw new InputError(
      `Expected \`${name}.lock\` to be left by a command that writes \`${name}\`, got something else.`,
      'Choose another --out: a command marks the file that it writes by one of that name.',
    );
  }
  if (pid === undefined || (await identityOf(Number(pid)))?.startTime !== startTime) return;
  throw new InputError(
    `Expected \`out\` to be written by one command at a time, got \`${name}\`, which process ${pid} is writing.`,
    'Wait until it has ended, or choose another --out.',
  );
}
