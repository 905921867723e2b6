import { takesName } from '../fold/approval.js';
import type { Approval, Branch, Run, RunStatus } from '../contract/run.js';
import { coverageOf, criticalPathOf, runStatusOf } from '../fold/fold.js';
import { priorities } from '../contract/priority.js';
import { kindOf } from '../plan/kinds.js';
import type { StoredBranch } from '../contract/branch.js';
import type { WideOutcomes } from '../contract/run-result.js';
import type { WidePlan } from '../plan/summarise-plan.js';
import { addTallies, noTally, tallyOf } from '../contract/lanes.js';
import { isInStore } from '../contract/stored.js';
import { addCost, addUsage, noUsage } from '../contract/usage.js';
import type { BlobStore } from '../store/blob-store.js';
import type { RunView } from './run-view.js';
import { findingsOfRun, outputOfRun } from './output-of-run.js';
import { branchesInLanes, moreInLanes } from './own-lanes.js';
import { wideBranches } from './wide-branches.js';
import type { TextReader } from './wide-branches.js';

/**
 * The run of a view, with outputs fetched from the store. An open run has the status `running` and the branches that have ended.
 * A cancelled run keeps the branches that were ok.
 *
 * @throws FanfoldError `DocumentMissing` when an output was stored elsewhere
 */
export async function readRun(view: RunView, store: BlobStore, webUi: string | null): Promise<Run> {
  const stored = await readBranches(view, store);
  const branches = await Promise.all(stored.map((branch) => resolveBranch(branch, store)));
  const status = statusOf(view, stored);
  const failure = view.failure;
  const fanIn = view.result?.fanIn;
  const fanInCalls = await Promise.all((fanIn?.calls ?? []).map((call) => resolveBranch(call, store)));
  const found = await findingsOfRun(view, branches, store);
  const paid = [...stored, ...callsBeside(view)];
  return {
    workflowId: view.workflowId,
    runId: view.runId,
    kind: view.kind,
    status,
    output: found?.output ?? (await outputOfRun(view, { stored, branches, fanInCalls }, store)),
    branches,
    coverage: {
      ok: coverageOf(branches).ok,
      total: Math.max(view.closed === null ? view.total : view.planned.total, branches.length),
    },
    usage: paid.reduce((sum, { usage }) => addUsage(sum, usage), noUsage),
    costUsd: paid.reduce<number | null>((sum, { costUsd }) => addCost(sum, costUsd), 0),
    savedUsd: paid.reduce((sum, { savedUsd }) => sum + savedUsd, 0),
    cacheSavedUsd: paid.reduce((sum, { cacheSavedUsd = 0 }) => sum + cacheSavedUsd, 0),
    lostUsd: paid.reduce((sum, { lostUsd = 0 }) => sum + lostUsd, 0),
    ...(fanIn && { fanIn: { ...fanIn, calls: fanInCalls } }),
    ...(view.result?.contradictions && { contradictions: view.result.contradictions }),
    ...(found && found.contradictions.length > 0 && { contradictions: found.contradictions }),
    ...(view.closed === null && view.approvals.size > 0 && { approvals: await readApprovals(view, store) }),
    ...(view.closed === null && view.stopping && { stopping: true as const }),
    ...(view.result?.stoppedBy && { stoppedBy: view.result.stoppedBy }),
    ...(view.result?.firstAnswer && { firstAnswer: view.result.firstAnswer }),
    ...(view.priority !== priorities.usual && { priority: view.priority }),
    ...(view.retries && { retries: view.retries }),
    elapsedMs: Math.max(0, (view.closedAtMs ?? Date.now()) - view.startedAtMs),
    ...(view.waitedForPersonMs > 0 && { waitedForPersonMs: view.waitedForPersonMs }),
    criticalPath: view.closed === null ? [] : (view.result?.criticalPath ?? criticalPathOf(branches)),
    webUi,
    offline: view.planned.offline,
    ...(failure !== null && { error: { type: failure.name, message: failure.message } }),
  };
}

/** The model calls of the fan-in. A run that was cut, or is open, has no result that would name them. */
export function callsBeside({ result, beside }: Pick<RunView, 'result' | 'beside'>): readonly StoredBranch[] {
  return result === null ? beside : (result.fanIn?.calls ?? []);
}

/** The calls that wait to be allowed, with their whole input where it can be read. */
export function readApprovals(view: RunView, store: BlobStore): Promise<Approval[]> {
  return Promise.all(
    [...view.approvals.values()].map(async (key): Promise<Approval> => {
      const call = view.wanted.get(key);
      if (call === undefined) return { key, tool: key.slice(0, key.lastIndexOf('-')), takesName: true };
      const { name: tool, input } = call;
      if ('inline' in input) return { key, tool, input: input.inline, takesName: takesName(input) };
      // A call whose input is stored elsewhere can still be refused.
      const text = await store.readText(input).catch(() => undefined);
      return { key, tool, ...(text !== undefined && { input: JSON.parse(text) as unknown }), takesName: true };
    }),
  );
}

/** A stored branch as the contract has it, its output fetched from the store. */
export async function resolveBranch(branch: StoredBranch, store: TextReader): Promise<Branch> {
  const { output, savedUsd: _, cacheSavedUsd: __, lostUsd: ___, ...rest } = branch;
  if (output === undefined) return rest;
  return { ...rest, output: isInStore(output) ? JSON.parse(await store.readText(output)) : output.inline };
}

/** A run's branches, their outputs left where they are. */
export async function readBranches(view: RunView, store: BlobStore): Promise<StoredBranch[]> {
  if (view.planned.wide !== undefined) return storedWide(view, view.planned.wide, store);
  if (view.result !== null) return view.result.branches;
  const isOpen = view.closed === null;
  const branches: StoredBranch[] = [];
  for (const { key, index } of view.places) {
    const known = view.outcomes.get(index);
    // A run that was terminated, or cancelled before it was scheduled: history does not tell how its branches ended.
    const outcome = known ?? (isOpen ? undefined : view.cutOff({ key, index }));
    const inLanes = await branchesInLanes(view, index, outcome === undefined, store);
    // Where the reports are elsewhere, the lanes stand for them.
    if (inLanes !== undefined) branches.push(...inLanes);
    else if (outcome !== undefined) branches.push({ ...outcome, index: index + moreInLanes(view, index) });
  }
  return branches;
}

/** The outcomes of a wide run that is open or was cut: those that lanes have reported. */
async function storedWide(view: RunView, plan: WidePlan, store: BlobStore): Promise<StoredBranch[]> {
  const branches: StoredBranch[] = [];
  for await (const branch of wideBranches(reportedOf(view, plan), view.startedAtMs, plan, store)) {
    branches[branch.index] = branch;
  }
  return branches.filter((branch) => branch !== undefined);
}

/** The outcomes that lanes have reported, and what became of all others. */
function reportedOf(view: RunView, { chunks }: WidePlan): WideOutcomes {
  return (
    view.result?.wide ?? {
      chunks: view.closed === null ? [] : chunks,
      batches: view.reports.map(({ blob }) => blob),
      tally: view.tally,
      poisoned: [],
      others: { status: 'cancelled', message: 'The run ended before this branch did.' },
    }
  );
}

/** Most branches that are not ok in a run that is read without the others. */
const mostLost = 1_000;

/**
 * The run of a wide view, its branches handed on one by one and not kept: of those that are not ok, the first thousand stand in it.
 * It has no output.
 *
 * @param each is given every branch once, whole
 */
export async function readWideRun(
  view: RunView,
  plan: WidePlan,
  store: BlobStore,
  webUi: string | null,
  each: (branch: Branch) => Promise<void>,
): Promise<Run> {
  const branches: Branch[] = [];
  let tally = noTally;
  for await (const stored of wideBranches(reportedOf(view, plan), view.startedAtMs, plan, store)) {
    const branch = await resolveBranch(stored, store);
    tally = addTallies(tally, tallyOf([stored]));
    if (branch.status !== 'ok' && branches.length < mostLost) branches.push(branch);
    await each(branch);
  }
  const { byStatus, slowest } = tally;
  const { usage, costUsd, savedUsd, cacheSavedUsd, lostUsd } = addTallies(tally, tallyOf(callsBeside(view)));
  const ok = byStatus.ok ?? 0;
  return {
    workflowId: view.workflowId,
    runId: view.runId,
    kind: view.kind,
    status: statusOf(view, []),
    output: null,
    branches: branches.toSorted((one, other) => one.index - other.index),
    coverage: { ok, total: Math.max(view.planned.total, tally.ended) },
    usage,
    costUsd,
    savedUsd,
    cacheSavedUsd,
    lostUsd,
    ...(view.result?.firstAnswer && { firstAnswer: view.result.firstAnswer }),
    elapsedMs: Math.max(0, (view.closedAtMs ?? Date.now()) - view.startedAtMs),
    criticalPath: view.result?.criticalPath ?? (slowest === null ? [] : [slowest.key]),
    webUi,
    offline: view.planned.offline,
    ...(view.failure !== null && { error: { type: view.failure.name, message: view.failure.message } }),
  };
}

function statusOf(view: RunView, branches: readonly StoredBranch[]): RunStatus | 'running' {
  if (view.closed === null) return 'running';
  if (view.result !== null) return view.result.status;
  if (view.closed === 'cancelled' || view.closed === 'terminated') return 'cancelled';
  if (view.closed !== 'completed') return 'failed';
  // Somebody's own workflow has come to its end: whether that is what was wanted, it alone can say.
  if (kindOf(view.kind) === undefined)
    return branches.every(({ status: how }) => how === 'ok') ? 'complete' : 'partial';
  return runStatusOf(branches, view.planned.policy ?? { needed: 1 });
}
