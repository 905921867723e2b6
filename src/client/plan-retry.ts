import type { StoredBranch } from '../contract/branch.js';
import { InputError } from '../contract/errors.js';
import { knownOf, takenOver } from '../contract/known.js';
import type { Known } from '../contract/known.js';
import { reportOf } from '../contract/lanes.js';
import type { LaneReport } from '../contract/lanes.js';
import { isKind } from '../contract/names.js';
import type { Kind } from '../contract/names.js';
import { isInStore } from '../contract/stored.js';
import { spentUsd } from '../contract/usage.js';
import { shellWord } from '../fold/visible-text.js';
import { nodeOf } from '../plan/graph/flow.js';
import { kindOf } from '../plan/kinds.js';
import type { BlobStore } from '../store/blob-store.js';
import { callsBeside, readBranches } from './read-run.js';
import type { RunView } from './run-view.js';

/** How a finished run is retried. */
export interface Retry {
  kind: Kind;
  /** The input of the new run, as far as the finished one decides it; `known` is part of it. */
  input: { [option: string]: unknown; known: Known };
  /** Branches that are begun anew, in input order. */
  anew: readonly Pick<StoredBranch, 'key' | 'index'>[];
  /** How many outcomes are taken over. */
  taken: number;
  /** Keys of all branches, in input order. */
  keys: readonly string[];
  /** What the finished run has spent, in US dollars. */
  spentUsd: number;
}

/** Most keys that a message lists. */
const mostListed = 20;

/** Most outcomes of a wide run that are stored together. */
const outcomesTogether = 2_000;

/**
 * Plans a run that begins failed branches of a finished one anew, and takes over the rest.
 *
 * PlanRetry-1. An answer that is there is taken over; what stands in for it in the new run's input costs nothing.
 * PlanRetry-2. What a branch is asked may depend on others: it is begun anew with them.
 * PlanRetry-3. The same run, retried in the same way, makes the same input.
 *
 * @param keys of branches that are not ok; all of them where there is none
 * @throws InputError where there is nothing to retry, or not in this kind; FanfoldError `DocumentMissing` where an answer was stored
 *   elsewhere
 */
export async function planRetry(view: RunView, keys: readonly string[], store: BlobStore): Promise<Retry> {
  const { kind, workflowId, input, planned } = view;
  const anewWith = kindOf(kind)?.anewWith;
  if (!isKind(kind) || anewWith === undefined) {
    throw new InputError(
      `Expected a run whose branches are known beforehand, got \`${workflowId}\` of the kind ${kind}, which cannot be retried once it has ended.`,
      `Start ${isKind(kind) ? 'it' : 'the workflow'} again: what it asks as before comes from the journal, and costs nothing.`,
    );
  }
  const branches = await endedBranches(view, store);
  const chosen = chosenOf(view, branches, keys);
  const also = new Set(anewWith(input as never, new Set(chosen)));
  const isAnew = ({ key }: StoredBranch) => anewKeys.has(key) || also.has(nodeOf(key));
  const anewKeys = new Set(chosen);
  const kept = branches.filter((branch) => !isAnew(branch) && !isLeftOut(branch));
  checkKept(view, kept);
  await renew(input, kept, store);
  const from = { workflowId, runId: view.runId };
  const known: Known =
    planned.wide === undefined
      ? { from, branches: kept.map((branch) => knownOf(branch, workflowId)) }
      : { from, reports: await reportsOf(kept, view, store) };
  return {
    kind,
    input: { ...input, ...joinOf(view, kept, branches.length), known },
    anew: branches.filter((branch) => isAnew(branch)),
    taken: kept.length,
    keys: branches.map(({ key }) => key),
    spentUsd: spentUsd([...branches, ...callsBeside(view)]),
  };
}

/** The branches of a finished run, those that it added included. */
async function endedBranches(view: RunView, store: BlobStore): Promise<StoredBranch[]> {
  const branches = await readBranches(view, store);
  if (view.result !== null || view.planned.graph === undefined) return branches;
  // A graph that was cut does not list the items of its nodes, of which history tells.
  const items = [...view.outcomes.values()].filter(({ index }) => index >= branches.length);
  const listed = new Set(items.map(({ key }) => nodeOf(key)));
  return [...branches.filter(({ key }) => !listed.has(key)), ...items];
}

/** Whether a node of a graph was never meant to run; the new run finds out by itself. */
function isLeftOut({ error }: StoredBranch): boolean {
  return error?.type === 'LeftOut';
}

function chosenOf(view: RunView, branches: readonly StoredBranch[], keys: readonly string[]): string[] {
  const failed = branches.filter((branch) => branch.status !== 'ok' && !isLeftOut(branch)).map(({ key }) => key);
  const isNode = (key: string) => view.planned.graph !== undefined && failed.some((each) => nodeOf(each) === key);
  const strange = keys.find((key) => !failed.includes(key) && !isNode(key));
  if (strange !== undefined) {
    throw new InputError(`Expected a branch that is not ok (${listed(failed)}), got \`${strange}\`.`);
  }
  // Where the fan-in alone has failed, it is made again of the answers that are there.
  if (failed.length === 0 && view.result?.status !== 'failed') {
    throw new InputError(
      `Expected a run with a branch that is not ok, got \`${view.workflowId}\`, of which all are.`,
      `See \`fanfold show ${shellWord(view.workflowId)}\`.`,
    );
  }
  if (keys.length === 0) return failed;
  const nodes = new Set(keys.filter((key) => !failed.includes(key)));
  return failed.filter((key) => keys.includes(key) || nodes.has(nodeOf(key)));
}

/** A node that must be ok and is taken over as it failed would end the graph at once. */
function checkKept({ planned }: RunView, kept: readonly StoredBranch[]): void {
  const fatal = kept.find(
    ({ key, status }) =>
      status !== 'ok' && planned.graph?.nodes.find((node) => node.key === nodeOf(key))?.onError === 'fail',
  );
  if (fatal === undefined) return;
  throw new InputError(
    `Expected \`${nodeOf(fatal.key)}\` among the keys: the graph cannot go on without it, and it is ${fatal.status}.`,
  );
}

/** A join that the outcomes taken over decide by themselves would cut what is begun anew: then all of it is waited for. */
function joinOf({ planned }: RunView, kept: readonly StoredBranch[], total: number): object {
  const { policy } = planned;
  if (policy === null || policy.join === 'settled' || planned.graph !== undefined) return {};
  const ok = kept.filter(({ status }) => status === 'ok').length;
  const isDecided = (policy.join !== 'all' && ok >= policy.needed) || total - (kept.length - ok) < policy.needed;
  return isDecided ? { join: 'settled', quorum: undefined } : {};
}

/** Texts that the new run needs count as new from now on, so that none is pruned with the run that brought it. */
async function renew(input: object, kept: readonly StoredBranch[], store: BlobStore): Promise<void> {
  for (const { output } of kept) {
    if (output !== undefined && isInStore(output)) await store.putText(await store.readText(output));
  }
  // What is missing of the input is found out where it is asked about.
  for (const reference of referencesIn(input)) {
    await store.readText(reference).then(
      (text) => store.putText(text),
      () => undefined,
    );
  }
}

/** Whatever looks like a reference to a stored text: to renew it by mistake does no harm. */
function referencesIn(value: unknown): { sha256: string; bytes: number }[] {
  if (typeof value !== 'object' || value === null) return [];
  const { sha256, bytes } = value as { sha256?: unknown; bytes?: unknown };
  if (typeof sha256 === 'string' && typeof bytes === 'number') return [{ sha256, bytes }];
  return Object.values(value).flatMap((each) => referencesIn(each));
}

/** Outcomes of a wide run as its lanes would have reported them, had they cost nothing. */
async function reportsOf(kept: readonly StoredBranch[], view: RunView, store: BlobStore): Promise<LaneReport[]> {
  const outcomes = kept
    .map((branch) => takenOver(branch, knownOf(branch, view.workflowId), view.closedAtMs ?? view.startedAtMs))
    .toSorted((left, right) => left.index - right.index);
  const reports: LaneReport[] = [];
  for (let first = 0; first < outcomes.length; first += outcomesTogether) {
    const together = outcomes.slice(first, first + outcomesTogether);
    reports.push(reportOf(await store.putText(JSON.stringify(together)), together));
  }
  return reports;
}

function listed(keys: readonly string[]): string {
  if (keys.length === 0) return 'there is none';
  const more = keys.length > mostListed ? ` and ${keys.length - mostListed} more` : '';
  return `${keys.slice(0, mostListed).join(', ')}${more}`;
}
