import { createHash } from 'node:crypto';
import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

import { readJson, writeJson } from './json-file.js';
import { makeDirectory } from './make-directory.js';
import { configDirectory } from './owner-secret.js';

/** Most homes that are told of, the last used first. */
const mostHomes = 100;

function directoryOf(env: NodeJS.ProcessEnv): string {
  return join(configDirectory(env), 'homes');
}

/**
 * Notes that the user has used a home, in the user's own folder, so that `list` can name it elsewhere. Whose a home is does not follow
 * from it: that is for its mark to say. What cannot be noted is not.
 */
export async function rememberHome(home: string, env: NodeJS.ProcessEnv): Promise<void> {
  try {
    const directory = directoryOf(env);
    const path = join(directory, `${createHash('sha256').update(home).digest('hex').slice(0, 32)}.json`);
    const now = new Date();
    const isKnown = await utimes(path, now, now).then(
      () => true,
      () => false,
    );
    if (isKnown) return;
    await makeDirectory(directory);
    await writeJson(path, { home });
  } catch {
    // A folder that cannot be written to is told of where it matters, by the owner's secret.
  }
}

/** Homes that the user has used and that are still there, the last used first. Those that are gone are forgotten. */
export async function knownHomes(env: NodeJS.ProcessEnv): Promise<string[]> {
  const directory = directoryOf(env);
  const names = await readdir(directory).catch(() => []);
  const found = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => homeIn(join(directory, name))),
  );
  return found
    .filter((each) => each !== undefined)
    .toSorted((one, other) => other.usedAtMs - one.usedAtMs)
    .slice(0, mostHomes)
    .map(({ home }) => home);
}

async function homeIn(path: string): Promise<{ home: string; usedAtMs: number } | undefined> {
  try {
    const { home } = ((await readJson(path)) ?? {}) as { home?: unknown };
    if (typeof home === 'string' && (await stat(home)).isDirectory()) {
      return { home, usedAtMs: (await stat(path)).mtimeMs };
    }
    await rm(path, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') await rm(path, { force: true }).catch(() => {});
  }
  return undefined;
}
