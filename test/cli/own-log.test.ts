import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { endOfLog, withLog } from '../../src/cli/worker/own-log.js';
import { homePaths } from '../../src/server/index.js';

/** Lets a process write to the log of a home, and end. */
async function written(home: string, text: string) {
  const program = `process.stdout.write(${JSON.stringify(text)})`;
  return withLog(home, async ({ fd }) => {
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', fd, fd] });
    await once(child, 'close');
    return child;
  });
}

it('quotes what this worker has written, and nothing of an earlier one', async () => {
  const home = await mkdtemp(join(tmpdir(), 'fanfold-log-'));
  try {
    await writeFile(homePaths(home).workerLog, 'an earlier worker: made-up failure\n');
    const broken = await written(home, 'one\ntwo\nthree\nfour\nfive\nsix\n');
    expect(await endOfLog(home, broken)).toBe('two\nthree\nfour\nfive\nsix');
    const silent = await written(home, '');
    expect(await endOfLog(home, silent)).toBe('');
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
