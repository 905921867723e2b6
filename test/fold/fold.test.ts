import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { coverageOf, criticalPathOf, mergeByKey, runStatusOf, slowestChain } from '../../src/fold/fold.js';
import type { BranchStatus } from '../../src/contract/run.js';

const statuses: BranchStatus[] = [
  'ok',
  'truncated',
  'refused',
  'invalid',
  'failed',
  'timed-out',
  'cancelled',
  'skipped',
  'late',
];

const branches = fc
  .array(fc.record({ status: fc.constantFrom(...statuses), output: fc.string(), totalMs: fc.nat() }), {
    minLength: 1,
    maxLength: 20,
  })
  .map((drawn) =>
    drawn.map(({ totalMs, ...rest }, index) => ({
      key: `k${index}`,
      latency: { queuedMs: 0, modelMs: 0, retryWaitMs: 0, totalMs },
      ...rest,
    })),
  );

it('calls a run complete only if every branch is ok, and failed if fewer are than it needs', () => {
  fc.assert(
    fc.property(branches, fc.double({ min: 0, max: 1, noNaN: true }), (drawn, share) => {
      const needed = Math.max(1, Math.ceil(share * drawn.length));
      const ok = drawn.filter(({ status }) => status === 'ok').length;
      const status = runStatusOf(drawn, { needed });
      expect(status === 'complete').toBe(ok === drawn.length);
      expect(status === 'partial').toBe(ok >= needed && ok < drawn.length);
      expect(coverageOf(drawn)).toEqual({ ok, total: drawn.length });
    }),
  );
});

it('merges the outputs that are ok, and no others, in input order', () => {
  fc.assert(
    fc.property(branches, (drawn) => {
      const ok = drawn.filter(({ status }) => status === 'ok');
      expect(Object.entries(mergeByKey(drawn))).toEqual(ok.map(({ key, output }) => [key, output]));
    }),
  );
});

it('names the branch that took longest, the first of equals', () => {
  fc.assert(
    fc.property(branches, (drawn) => {
      const longest = Math.max(...drawn.map(({ latency }) => latency.totalMs));
      expect(criticalPathOf(drawn)).toEqual([drawn.find(({ latency }) => latency.totalMs === longest)!.key]);
    }),
  );
  expect(criticalPathOf([])).toEqual([]);
});

it('takes the slowest branch of each step of the chain that takes longest', () => {
  const took = (key: string, totalMs: number) => ({
    key,
    status: 'ok' as const,
    latency: { queuedMs: 0, modelMs: 0, retryWaitMs: 0, totalMs },
  });
  const searches = [[took('search-a', 30), took('search-b', 50)]];
  const calls = [[took('ask-a', 20), took('ask-b', 10)], [took('call', 40)]];
  expect(slowestChain([searches, calls])).toEqual(['ask-a', 'call']);
  expect(slowestChain([searches, []])).toEqual(['search-b']);
  expect(slowestChain([])).toEqual([]);
});
