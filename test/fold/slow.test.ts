import { describe, expect, it } from 'vitest';

import { slowGroups } from '../../src/fold/slow.js';
import type { LatencySample } from '../../src/fold/slow.js';
import { noUsage } from '../../src/contract/usage.js';
import { kindOf } from '../../src/plan/kinds.js';

interface Given {
  key?: string;
  queuedMs?: number;
  modelMs?: number;
  retryWaitMs?: number;
  outputTokens?: number;
  model?: string;
  reused?: boolean;
}

function sample({
  key = 'legal',
  queuedMs = 10,
  modelMs = 1_000,
  retryWaitMs = 0,
  outputTokens = 100,
  model = 'claude-sonnet-5-5',
  reused = false,
}: Given): LatencySample {
  return {
    workflowId: 'w',
    kind: 'perspectives',
    branch: {
      key,
      status: 'ok',
      attempts: 1,
      reused,
      model,
      usage: { ...noUsage, outputTokens },
      latency: { queuedMs, modelMs, retryWaitMs, totalMs: queuedMs + modelMs + retryWaitMs },
    },
  };
}

const usual = (count: number, given: Given = {}) => Array.from({ length: count }, () => sample(given));
const peersOf = (kind: string, key: string) => kindOf(kind)?.peers(key);

const groupOf = (samples: LatencySample[], by: string) =>
  slowGroups(samples, peersOf).find((group) => group.by === by)!;

describe('slow branches', () => {
  it.each([
    ['queueing', { queuedMs: 9_000 }, ['--concurrency']],
    ['retries', { retryWaitMs: 9_000 }, ['--timeout 16s']],
    ['long output', { modelMs: 9_000, outputTokens: 900 }, ['--max-tokens', '--late amend']],
    ['model', { modelMs: 9_000 }, ['--timeout 14s', '--hedge']],
  ] as const)('are slow for a reason: %s', (cause, slow, flags) => {
    const group = groupOf([...usual(30), sample(slow)], 'kind');
    expect(group).toMatchObject({ slow: 1, cause, proposal: { flags } });
  });

  it('that are many are not worth a second call each', () => {
    const group = groupOf([...usual(15), ...usual(3, { modelMs: 9_000 })], 'kind');
    expect(group.proposal?.flags).toEqual(['--timeout 14s', '--late amend']);
  });

  it('are found by key and by model', () => {
    const samples = [
      ...usual(10),
      ...usual(9, { key: 'slow', model: 'm' }),
      sample({ key: 'slow', model: 'm', modelMs: 20_000 }),
    ];
    expect(
      slowGroups(samples, peersOf)
        .filter(({ slow }) => slow > 0)
        .map(({ by, name }) => `${by} ${name}`)
        .toSorted(),
    ).toEqual(['key perspectives/slow', 'kind perspectives', 'model m']);
  });

  it('are none among peers that take as long, however long that is', () => {
    expect(groupOf(usual(10, { modelMs: 60_000 }), 'kind').slow).toBe(0);
    // Three times of very little is very little.
    expect(groupOf([...usual(10, { modelMs: 20 }), sample({ modelMs: 500 })], 'kind').slow).toBe(0);
  });

  it('do not come from the journal, and five make a group', () => {
    expect(slowGroups([...usual(4), ...usual(10, { reused: true })], peersOf)).toEqual([]);
  });

  it('have quantiles by nearest rank', () => {
    const samples = Array.from({ length: 100 }, (_, at) => sample({ queuedMs: 0, modelMs: at + 1 }));
    expect(groupOf(samples, 'kind').totalMs).toEqual({ p50: 50, p95: 95, p99: 99 });
  });
});
