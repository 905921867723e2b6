import type { Policy } from '../contract/options.js';
import type { Branch, BranchStatus, Coverage, RunStatus } from '../contract/run.js';

/** What a branch that has ended is counted by. */
export interface EndedBranch {
  key: string;
  status: BranchStatus;
  latency: Branch['latency'];
}

/** How many branches are ok, of how many. */
export function coverageOf(branches: readonly Pick<EndedBranch, 'status'>[]): Coverage {
  return { ok: branches.filter(({ status }) => status === 'ok').length, total: branches.length };
}

/** The status of a run by how its branches ended: failed where fewer are ok than its policy needs. */
export function runStatusOf(
  branches: readonly Pick<EndedBranch, 'status'>[],
  { needed }: Pick<Policy, 'needed'>,
): RunStatus {
  const { ok, total } = coverageOf(branches);
  if (ok === total) return 'complete';
  return ok < needed ? 'failed' : 'partial';
}

/** The outputs of the branches that are ok, by key, in input order. */
export function mergeByKey<Output>(branches: readonly (Pick<EndedBranch, 'key' | 'status'> & { output?: Output })[]): {
  [key: string]: Output;
} {
  return Object.fromEntries(
    branches.flatMap(({ key, status, output }) => (status === 'ok' && output !== undefined ? [[key, output]] : [])),
  );
}

/** The output of a run, made of the outputs that are ok: a dict by key, or a list. */
export function outputOf<Output>(
  asList: boolean,
  branches: readonly (Pick<EndedBranch, 'key' | 'status'> & { output?: Output })[],
): unknown {
  if (!asList) return mergeByKey(branches);
  return branches.flatMap(({ key, status, output }) =>
    status === 'ok' && output !== undefined ? [{ key, summary: output }] : [],
  );
}

/** The critical path of a flat fan-out: the branch that took longest, the first in input order among equals. */
export function criticalPathOf(branches: readonly EndedBranch[]): string[] {
  const slowest = branches.reduce<EndedBranch | undefined>(
    (longest, branch) => (longest === undefined || branch.latency.totalMs > longest.latency.totalMs ? branch : longest),
    undefined,
  );
  return slowest === undefined ? [] : [slowest.key];
}

/** The slowest branches of the slowest of several chains that run at once; each chain is steps, one after the other. */
export function slowestChain(chains: readonly (readonly (readonly EndedBranch[])[])[]): string[] {
  const paths = chains.map((steps) => {
    const slowest = steps.flatMap((step) => {
      const [key] = criticalPathOf(step);
      return step.filter((branch) => branch.key === key).slice(0, 1);
    });
    return { keys: slowest.map(({ key }) => key), ms: slowest.reduce((sum, { latency }) => sum + latency.totalMs, 0) };
  });
  return paths.toSorted((one, other) => other.ms - one.ms)[0]?.keys ?? [];
}
