import type { Reported } from '../../src/contract/reported.js';
import type { Branch, Run } from '../../src/contract/run.js';
import { noUsage } from '../../src/contract/usage.js';

const startedAtMs = Date.parse('2026-01-01T00:00:00Z');

/** A branch that was ok and took 500 to 1,499 ms. */
export function branchOf(index: number, given: Partial<Branch> = {}): Branch {
  const totalMs = 500 + ((index * 7_919) % 1_000);
  return {
    key: `doc-${index}`,
    index,
    status: 'ok',
    output: `Summary of ${index}.`,
    model: 'claude-sonnet-5-5',
    attempts: 1,
    reused: false,
    hedged: false,
    usage: { ...noUsage, inputTokens: 100, outputTokens: 10 },
    costUsd: 0.001,
    startedAt: new Date(startedAtMs).toISOString(),
    finishedAt: new Date(startedAtMs + totalMs).toISOString(),
    latency: { queuedMs: 100, modelMs: totalMs - 100, retryWaitMs: 0, totalMs },
    ...given,
  };
}

/** A branch of 3.5 seconds that asks no model. */
export function toolOf(index: number): Branch {
  const latency = { queuedMs: 20, modelMs: 0, retryWaitMs: 0, totalMs: 3_520 };
  const tool = branchOf(index, { key: `search-${index}`, usage: noUsage, costUsd: 0, latency });
  delete tool.model;
  return tool;
}

/** A run of these branches, and what was asked of it. */
export function reportedOf(
  branches: Branch[],
  given: Partial<Run> = {},
  rest: Partial<Omit<Reported, 'run'>> = {},
): Reported {
  const ok = branches.filter(({ status }) => status === 'ok').length;
  return {
    run: {
      workflowId: 'run-1',
      runId: 'r',
      kind: 'perspectives',
      status: 'complete',
      output: Object.fromEntries(branches.map(({ key, output }) => [key, output])),
      branches,
      coverage: { ok, total: branches.length },
      usage: noUsage,
      costUsd: 1,
      savedUsd: 0,
      cacheSavedUsd: 0,
      lostUsd: 0,
      elapsedMs: 2_000,
      criticalPath: [],
      webUi: null,
      offline: false,
      ...given,
    },
    edges: [],
    asked: { startedAt: '2026-01-01T00:00:00Z', by: '17@desk', prompts: [], facts: [] },
    writtenAt: '2026-01-01T00:00:00Z',
    version: '1',
    ...rest,
  };
}
