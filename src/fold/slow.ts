import type { Branch } from '../contract/run.js';

/** The latency of a branch of a past run. */
export interface LatencySample {
  workflowId: string;
  kind: string;
  branch: Pick<Branch, 'key' | 'latency' | 'usage' | 'attempts' | 'reused' | 'status' | 'model'>;
}

export interface Quantiles {
  p50: number;
  p95: number;
  p99: number;
}

/** The part in which slow branches of a group spend most of their extra time. */
export type SlowCause = 'queueing' | 'retries' | 'long output' | 'model';

export interface SlowGroup {
  by: 'kind' | 'key' | 'model';
  name: string;
  /** Number of branches in the group; answers from the journal do not count. */
  count: number;
  /** Milliseconds. */
  totalMs: Quantiles;
  queuedMs: Quantiles;
  modelMs: Quantiles;
  retryWaitMs: Quantiles;
  outputTokens: Quantiles;
  /** Branches that took more than three times the median, and a second at least. */
  slow: number;
  cause?: SlowCause;
  /** Flags for the next run. */
  proposal?: { timeoutMs: number; flags: string[]; why: string };
}

/** Least branches of a group: fewer say nothing about a tail. */
const fewest = 5;

const slowFactor = 3;
const leastSlowMs = 1_000;

/**
 * Finds slow branches and the cause. A branch is slow beside its peers, which have the same kind, key and model. Quantiles are by
 * nearest rank.
 *
 * @param peersOf the name that a branch shares with its peers in other runs, where it has any
 * @returns groups with slow branches first, the slowest tails before the others
 */
export function slowGroups(
  samples: readonly LatencySample[],
  peersOf: (kind: string, key: string) => string | undefined,
): SlowGroup[] {
  const asked = samples.filter(({ branch }) => !branch.reused && branch.latency.totalMs > 0);
  const groups = new Map<string, { by: SlowGroup['by']; name: string; members: LatencySample[] }>();
  const add = (by: SlowGroup['by'], name: string, sample: LatencySample) => {
    const group = groups.get(`${by} ${name}`) ?? { by, name, members: [] };
    group.members.push(sample);
    groups.set(`${by} ${name}`, group);
  };
  for (const sample of asked) {
    const { kind, branch } = sample;
    add('kind', kind, sample);
    const peers = peersOf(kind, branch.key);
    if (peers !== undefined) add('key', `${kind}/${peers}`, sample);
    if (branch.model !== undefined) add('model', branch.model, sample);
  }
  return [...groups.values()]
    .filter(({ members }) => members.length >= fewest)
    .map(({ by, name, members }) => groupOf(by, name, members))
    .toSorted((one, other) => Number(other.slow > 0) - Number(one.slow > 0) || tailOf(other) - tailOf(one));
}

function tailOf({ totalMs }: SlowGroup): number {
  return totalMs.p99 / Math.max(1, totalMs.p50);
}

function groupOf(by: SlowGroup['by'], name: string, members: readonly LatencySample[]): SlowGroup {
  const quantilesBy = (of: (sample: LatencySample) => number) => quantiles(members.map(of));
  const totalMs = quantilesBy(({ branch }) => branch.latency.totalMs);
  const group = {
    by,
    name,
    count: members.length,
    totalMs,
    queuedMs: quantilesBy(({ branch }) => branch.latency.queuedMs),
    modelMs: quantilesBy(({ branch }) => branch.latency.modelMs),
    retryWaitMs: quantilesBy(({ branch }) => branch.latency.retryWaitMs),
    outputTokens: quantilesBy(({ branch }) => branch.usage.outputTokens),
  };
  const limitMs = Math.max(leastSlowMs, totalMs.p50 * slowFactor);
  const slow = members.filter(({ branch }) => branch.latency.totalMs > limitMs);
  if (slow.length === 0) return { ...group, slow: 0 };
  const cause = causeOf(slow, group);
  return { ...group, slow: slow.length, cause, proposal: proposalOf(cause, totalMs) };
}

/** The part in which slow branches are furthest from the median of all. */
function causeOf(slow: readonly LatencySample[], all: Omit<SlowGroup, 'slow'>): SlowCause {
  const excess = (of: (sample: LatencySample) => number, usual: number) =>
    slow.reduce((sum, sample) => sum + Math.max(0, of(sample) - usual), 0);
  const queued = excess(({ branch }) => branch.latency.queuedMs, all.queuedMs.p50);
  const retries = excess(({ branch }) => branch.latency.retryWaitMs, all.retryWaitMs.p50);
  const model = excess(({ branch }) => branch.latency.modelMs, all.modelMs.p50);
  if (queued >= model && queued >= retries) return 'queueing';
  if (retries >= model) return 'retries';
  const tokens = quantiles(slow.map(({ branch }) => branch.usage.outputTokens)).p50;
  // Twice the words take twice the time.
  return all.outputTokens.p50 > 0 && tokens >= 2 * all.outputTokens.p50 ? 'long output' : 'model';
}

function proposalOf(cause: SlowCause, { p50, p95, p99 }: Quantiles): NonNullable<SlowGroup['proposal']> {
  // Half as long again as the slowest of a hundred: a longer wait has hardly ever helped.
  const timeoutMs = roundedUp(p99 * 1.5);
  const timeout = `--timeout ${timeoutMs >= 1_000 ? `${timeoutMs / 1_000}s` : `${timeoutMs}ms`}`;
  switch (cause) {
    case 'queueing':
      return {
        timeoutMs,
        flags: ['--concurrency'],
        why: 'They wait for their turn: more workers or a higher `--concurrency`, unless `fanfold limits` shows that the API is the limit.',
      };
    case 'retries':
      return {
        timeoutMs,
        flags: [timeout],
        why: 'They wait between tries: see their errors in `fanfold show`; fewer `--attempts` gives up sooner.',
      };
    case 'long output':
      return {
        timeoutMs,
        flags: ['--max-tokens', '--late amend'],
        why: 'They write more than their peers: a smaller `--max-tokens` bounds it, and `--deadline` with `--late amend` does not wait for them.',
      };
    case 'model':
      return p95 >= slowFactor * p50
        ? {
            timeoutMs,
            flags: [timeout, '--late amend'],
            why: 'Many calls are slow: a second one would hardly be faster. `--deadline` with `--late amend` answers without them.',
          }
        : {
            timeoutMs,
            flags: [timeout, '--hedge'],
            why: 'A few calls are slow and the others are not: `--hedge` races them with a second one.',
          };
  }
}

function roundedUp(ms: number): number {
  const step = ms < 1_000 ? 100 : ms < 30_000 ? 1_000 : 10_000;
  return Math.ceil(ms / step) * step;
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((one, other) => one - other);
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), p99: quantile(sorted, 0.99) };
}

/** Quantile by nearest rank; 0 of no values. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
