import type { StoredBranch } from '../contract/branch.js';
import type { RunResult } from '../contract/run-result.js';
import type { Branch } from '../contract/run.js';
import { isInStore } from '../contract/stored.js';
import type { PlannedRun } from '../plan/planned-run.js';

/** A run whose version put references into the output itself, where a model could have written them as well. */
export interface OlderRun {
  kind: string;
  planned: PlannedRun;
  result: RunResult;
  /** As they stand in the result. */
  stored: readonly StoredBranch[];
  /** The same, fetched from the store, in the same order. */
  branches: readonly Branch[];
  fanInCalls: readonly Branch[];
}

/**
 * The output of such a run. Nothing in it is followed: where the run's own record says which branch a part is made of, that branch's
 * output, whose reference is tagged, stands in its place. Anything else is shown as it stands.
 */
export function olderOutput(run: OlderRun): unknown {
  const { kind, result, branches, fanInCalls } = run;
  const { fanIn } = result;
  if (kind === 'graph') return outputOfGraph(run);
  if (kind === 'agent' && result.status !== 'failed') return branches.at(-1)?.output ?? null;
  // Without an answer they list what their branches put out.
  if (kind === 'agent' || kind === 'research') return byKey(result.output, run, (key) => [key]);
  if (kind === 'validate' || kind === 'gather') return result.output;
  if (fanIn?.how === 'synthesise') return fanInCalls.at(-1)?.output ?? null;
  return branches.find(({ key }) => key === fanIn?.chosen?.key)?.output ?? null;
}

function outputOfGraph(run: OlderRun): unknown {
  const { planned, result, branches } = run;
  const isOk = (node: string) => branches.some(({ key, status }) => key === node && status === 'ok');
  const { nodes, flow } = planned.graph ?? { nodes: [], flow: { nodes: {} } };
  // Several writers were reduced, and nothing is reduced that is in the store.
  const writersOf = (name: string) =>
    nodes
      .filter(({ key, writes, onError }) => writes === name && (isOk(key) || onError === 'fallback'))
      .map(({ key }) => key);
  if (flow.output === undefined) return byKey(result.output, run, writersOf);
  return byKey({ [flow.output]: result.output }, run, writersOf)[flow.output];
}

/** Puts in the output of the one branch that a key is made of, where it is in the store. */
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
