import { stringify } from 'csv-stringify/sync';

import type { Reported } from '../contract/reported.js';
import type { Branch } from '../contract/run.js';

/** The columns of a branch, in their order. */
const columns = {
  index: ({ index }) => index,
  key: ({ key }) => key,
  status: ({ status }) => status,
  model: ({ model }) => model,
  attempts: ({ attempts }) => attempts,
  reused: ({ reused }) => String(reused),
  hedged: ({ hedged }) => String(hedged),
  from: ({ from }) => from,
  startedAt: ({ startedAt }) => startedAt,
  finishedAt: ({ finishedAt }) => finishedAt,
  totalMs: ({ latency }) => latency.totalMs,
  queuedMs: ({ latency }) => latency.queuedMs,
  modelMs: ({ latency }) => latency.modelMs,
  retryWaitMs: ({ latency }) => latency.retryWaitMs,
  inputTokens: ({ usage }) => usage.inputTokens,
  outputTokens: ({ usage }) => usage.outputTokens,
  cacheReadTokens: ({ usage }) => usage.cacheReadTokens,
  cacheWriteTokens: ({ usage }) => usage.cacheWriteTokens,
  costUsd: ({ costUsd }) => (costUsd === null ? undefined : costUsd),
  errorType: ({ error }) => error?.type,
  errorMessage: ({ error }) => error?.message,
  output: ({ output }) => (typeof output === 'string' || output === undefined ? output : JSON.stringify(output)),
} satisfies Record<string, (branch: Branch) => string | number | null | undefined>;

/**
 * The branches of a run as CSV (RFC 4180), in input order, with a header. A text that a spreadsheet would take for a formula begins
 * with an apostrophe: models write them.
 */
export function reportCsv({ run }: Pick<Reported, 'run'>): string {
  const rows = run.branches.map((branch) => Object.values(columns).map((column) => column(branch)));
  return stringify([Object.keys(columns), ...rows], { escape_formulas: true });
}
