import type { StoredBranch } from '../contract/branch.js';
import type { RunResult } from '../contract/run-result.js';
import type { Branch } from '../contract/run.js';
import { isInStore } from '../contract/stored.js';
import type { PlannedRun } from '../plan/planned-run.js';

/** A run of an older version. It kept references inside the output, where a model could have written one as well. */
export interface OlderRun {
  kind: string;
  planned: PlannedRun;
  result: RunResult;
  /** Branches as they stand in the result. */
  stored: readonly StoredBranch[];
  /** Branches with their outputs fetched from the store, in the same order. */
  branches: readonly Branch[];
  fanInCalls: readonly Branch[];
}

/**
 * The output of an older run. References in it are not followed. Where the run's own record says which branch a part is made of,
 * that branch's output takes its place, because its reference is tagged. All else is shown as it stands.
 */
export function olderOutput(run: OlderRun): unknown {
  const { kind, result, branches, fanInCalls } = run;
  const { fanIn } = result;
  if (kind === 'graph') return outputOfGraph(run);
  if (kind === 'agent' && result.status !== 'failed') return branches.at(-1)?.output ?? null;
  // A run without an answer lists the outputs of its branches.
  if (kind === 'agent' || kind === 'research') return byKey(result.output, run, (key) => [key]);
  if (kind === 'validate' || kind === 'gather') return result.output;
  if (fanIn?.how === 'synthesise') return fanInCalls.at(-1)?.output ?? null;
  return branches.find(({ key }) => key === fanIn?.chosen?.key)?.output ?? null;
}

function outputOfGraph(run: OlderRun): unknown {
  const { planned, result, branches } = run;
  const isOk = (node: string) => branches.some(({ key, status }) => key === node && status === 'ok');
  const { nodes, flow } = planned.graph ?? { nodes: [], flow: { nodes: {} } };
  // A key of several writers was reduced, and a reduced value is never in the store.
  const writersOf = (name: string) =>
    nodes
      .filter(({ key, writes, onError }) => writes === name && (isOk(key) || onError === 'fallback'))
      .map(({ key }) => key);
  if (flow.output === undefined) return byKey(result.output, run, writersOf);
  return byKey({ [flow.output]: result.output }, run, writersOf)[flow.output];
}

/** Puts the output of the one branch that a key is made of in its place, where that output is in the store. */
function byKey(
  output: unknown,
  { stored, branches }: OlderRun,
  madeOf: (name: string) => readonly string[],
): { [name: string]: unknown } {
  return Object.fromEntries(
    Object.entries(output ?? {}).map(([name, value]: [string, unknown]) => {
      const [only, ...others] = madeOf(name);
      const at = others.length > 0 ? -1 : stored.findIndex(({ key }) => key === only);
      const own = stored[at]?.status === 'ok' ? stored[at].output : undefined;
      return [name, own !== undefined && isInStore(own) ? branches[at]?.output : value];
    }),
  );
}
