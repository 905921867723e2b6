import { execFile } from 'node:child_process';
import { join } from 'node:path';

import { expect, inject, it } from 'vitest';

import { root } from '../support/fanfold.js';

interface Counts {
  rounds: number;
  calls: number;
  faults: Record<string, { struck: number; withCallsOpen: number }>;
  failures: { seed: number; wrong: string[] }[];
}

/** Seed of the round that every run of the tests plays. */
const seed = 103;

it('keeps its promises in a round of runs that are disturbed', async () => {
  const words = [join(root, 'test/proof/nemesis/main.mjs'), '--short', '--seed', String(seed)];
  const counts = await new Promise<Counts>((resolve, reject) => {
    const env = { ...process.env, FANFOLD_TEST_TEMPORAL: inject('temporalPath') };
    execFile(process.execPath, words, { env }, (error, stdout, stderr) => {
      if (stdout === '') reject(new Error(stderr, { cause: error }));
      else resolve(JSON.parse(stdout) as Counts);
    });
  });
  expect(counts.failures).toEqual([]);
  // Work was done, and the faults struck it.
  expect(counts.rounds).toBe(1);
  expect(counts.calls).toBeGreaterThan(10);
  expect(Object.values(counts.faults).some(({ withCallsOpen }) => withCallsOpen > 0)).toBe(true);
});

it.each([
  ['--rounds', '0', 'a whole number from 1, got `0`'],
  ['--seed', 'x', 'got `x`'],
  ['--fault', 'nonsense', 'worker killed, '],
  ['--kind', 'nonsense', 'summarise, '],
  ['--fault', 'database killed', 'needs a database: add --cluster'],
])('refuses %s %s, and says what it takes', async (flag, value, said) => {
  // The module alone: what it would play has not been loaded.
  const flags = join(root, 'test/proof/nemesis/flags.mjs');
  const script = `import(${JSON.stringify(flags)}).then(({ readFlags }) => readFlags(process.argv.slice(1)))`;
  const ended = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, ['-e', script, '--', flag, value], (error, _, stderr) =>
      resolve({ code: error?.code, stderr }),
    );
  });
  expect(ended).toEqual({ code: 2, stderr: expect.stringContaining(said) });
});
