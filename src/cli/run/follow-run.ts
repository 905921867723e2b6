import {
  failingTask,
  historyEvents,
  isFailure,
  readApprovals,
  readRun,
  readWideRun,
  resolveBranch,
  RunView,
  UnreadRun,
  wentOnAfterReset,
} from '../../client/index.js';
import type { Execution, HistoryEvent } from '../../client/index.js';
import type { StoredBranch } from '../../contract/branch.js';
import type { Branch, Run } from '../../contract/run.js';
import { webUiUrl } from '../../server/index.js';
import { approvalLines } from '../show/approval-lines.js';
import { failingTaskText } from '../show/failing-task-text.js';
import { showLive } from '../show/live-view.js';
import { isDrawable } from '../show/picture.js';
import { showPlain } from '../show/plain-view.js';
import type { ProgressView } from '../show/progress-view.js';
import { watchServer } from '../show/server-watch.js';
import { ApprovalDesk } from './approval-desk.js';
import { OwnLanesNews } from './own-lanes-news.js';
import type { OutputFlags } from './run-flags.js';
import type { Session } from '../home/session.js';
import { json, line } from '../show/terminal-text.js';
import type { World } from '../world.js';

/** Takes branches as they end. */
export interface BranchSink {
  add(branch: Branch): Promise<void>;
  /** Whether it has all of a wide run's branches, so that the run need not be kept whole. */
  readonly streams?: boolean;
  /** What it has made of the branches of a run that was not kept whole. */
  readonly output?: unknown;
}

/**
 * Follows a run to its end, or until `signal` says to leave it, and shows its progress.
 *
 * @param out is given every branch once, in completion order
 * @param begun is told once what is planned
 * @returns the run, or `null` when it was left
 * @throws UnavailableError when the worker that serves it has not its encryption key
 */
export async function followRun(
  session: Session,
  execution: Execution,
  flags: OutputFlags,
  world: World,
  signal: AbortSignal,
  out?: BranchSink,
  begun: (view: RunView) => void = () => {},
  told: Set<string | number> = new Set(),
): Promise<Run | null> {
  const view = new RunView(session.client, execution.workflowId, execution.runId);
  const progress = flags.quiet ? undefined : progressOf(session, view, flags, world, told);
  const desk =
    !flags.quiet && ApprovalDesk.canAsk(world) ? new ApprovalDesk(session, view, world, progress) : undefined;
  const teller = new Teller(session, view, flags, world, progress, out, desk, told);
  const unread = new UnreadRun(session.client, signal);
  const leaveServer = flags.quiet ? undefined : watchServer(session.server, session.client, world.stderr);
  let isPlanned = false;
  try {
    for await (const event of historyEvents(session.client, execution, { wait: true, signal: unread.signal })) {
      await unread.see(event);
      const outcome = await view.apply(event);
      if (!isPlanned) begun(view);
      isPlanned = true;
      if (outcome !== undefined) await teller.tellEnded(outcome);
      await teller.tellReports();
      await teller.tellApprovals();
      if (isFailure(event)) await teller.tellFailing();
      teller.tellPause(event);
    }
    view.settle();
    for (const outcome of view.result?.branches ?? []) await teller.tell(outcome);
  } finally {
    unread.stop();
    leaveServer?.();
    desk?.leave();
    progress?.stop();
  }
  unread.check();
  if (view.closed === null) return null;
  const runId = await wentOnAfterReset(session.client, view);
  if (runId !== undefined) {
    if (!flags.quiet) world.stderr.write(line`fanfold: the run was reset, and goes on as ${runId}.\n`);
    return followRun(session, { workflowId: view.workflowId, runId }, flags, world, signal, out, undefined, told);
  }
  const page = webUiUrl(session.server, view.workflowId, view.runId);
  const { wide } = view.planned;
  if (out?.streams === true && wide !== undefined) {
    const run = await readWideRun(view, wide, session.store, page, (branch) => teller.tellWhole(branch));
    return { ...run, output: out.output ?? null };
  }
  const run = await readRun(view, session.store, page);
  for (const branch of run.branches) await teller.tellWhole(branch);
  return run;
}

function progressOf(
  session: Session,
  view: RunView,
  flags: OutputFlags,
  world: World,
  told: ReadonlySet<string | number>,
): ProgressView {
  if (!isDrawable(world.stderr, world.env)) return showPlain(session, view, world, told);
  // Output on the same screen would part the picture from what is said at the end.
  const leavesNothing = world.stdout.isTerminal && flags.json !== true && flags.ndjson !== true;
  return showLive(session, view, world, { leavesNothing, followsText: flags.followText === true });
}

/** Tells of each branch once. */
class Teller {
  readonly #asked = new Set<string>();
  /** Of lanes: branches that were not ok. They may have been begun anew, and are told of once more then. */
  readonly #failed = new Set<string | number>();
  readonly #lanes: OwnLanesNews;
  #reports = 0;

  constructor(
    readonly session: Session,
    readonly view: RunView,
    readonly flags: OutputFlags,
    readonly world: World,
    readonly progress: ProgressView | undefined,
    readonly out: BranchSink | undefined,
    readonly desk: ApprovalDesk | undefined,
    /** Keys, and of a wide run indexes: there may be a million. */
    readonly told: Set<string | number>,
  ) {
    this.#lanes = new OwnLanesNews(view, session.store);
  }

  /** Tells of a branch that has ended, as an event says; of lanes of somebody's own workflow, of the questions in them. */
  async tellEnded(outcome: StoredBranch): Promise<void> {
    const inLanes = await this.#lanes.rest(outcome);
    for (const each of inLanes ?? [outcome]) await this.tell(each);
  }

  async tell(outcome: StoredBranch): Promise<void> {
    // The branch was begun anew, and has ended once more.
    if (this.view.begunAnew.delete(outcome.key)) this.told.delete(this.#nameOf(outcome));
    if (this.told.has(this.#nameOf(outcome))) return;
    this.progress?.ended(outcome);
    await this.tellWhole(await resolveBranch(outcome, this.session.store));
  }

  /** Tells what lanes have reported. Reports are fetched only if somebody wants to know. */
  async tellReports(): Promise<void> {
    const { reports } = this.view;
    for (const outcome of await this.#lanes.fresh()) await this.#tellOnceMore(outcome);
    for (; this.#reports < reports.length; this.#reports += 1) {
      const wanted = this.flags.ndjson === true || this.out !== undefined || this.progress?.wantsEach === true;
      if (wanted) await this.#tellReport(reports[this.#reports] as RunView['reports'][number]);
    }
  }

  /** Tells of each call that waits to be allowed, once; a quiet command, too, which would wait for nobody knows what. */
  async tellApprovals(): Promise<void> {
    const { view, world } = this;
    this.desk?.keep(view.approvals);
    const isNew = [...view.approvals.keys()].some((eventId) => !this.#asked.has(eventId));
    if (!isNew) return;
    const approvals = await readApprovals(view, this.session.store);
    const fresh = [...view.approvals.keys()].flatMap((eventId, at) => {
      const approval = approvals[at];
      return approval === undefined || this.#asked.has(eventId) ? [] : [{ eventId, approval }];
    });
    if (fresh.length === 0) return;
    this.#beside(() => {
      for (const { approval } of fresh)
        world.stderr.write(line`fanfold: ${approvalLines(view.workflowId, approval, world.stderr)}\n`);
    });
    for (const { eventId, approval } of fresh) {
      this.#asked.add(eventId);
      this.desk?.add(eventId, approval);
    }
  }

  /** Tells of a workflow task that fails, where it still does. */
  async tellFailing(): Promise<void> {
    const { session, view, world } = this;
    if (this.flags.quiet) return;
    const failing = await failingTask(session.client, view.workflowId).catch(() => null);
    if (failing === null) return;
    this.#beside(() => world.stderr.write(line`fanfold: ${failingTaskText(view.workflowId, failing)}\n`));
  }

  /** Tells that somebody has paused the workflow: nothing is begun then, and nothing else says why. */
  tellPause(event: HistoryEvent): void {
    const { workflowExecutionPausedEventAttributes: paused, workflowExecutionUnpausedEventAttributes: goesOn } = event;
    if (this.flags.quiet || !(paused || goesOn)) return;
    const { workflowId } = this.view;
    const told = paused
      ? line`fanfold: the run is paused (${paused.reason || 'no reason given'}), and waits for \`temporal workflow unpause --workflow-id ${workflowId}\`.\n`
      : line`fanfold: the run goes on after its pause.\n`;
    this.#beside(() => this.world.stderr.write(told));
  }

  /** Tells of a branch that is whole; after that there is nothing more to tell of it. */
  async tellWhole(branch: Branch): Promise<void> {
    if (this.told.has(this.#nameOf(branch))) return;
    this.told.add(this.#nameOf(branch));
    await this.out?.add(branch);
    if (this.flags.ndjson) this.world.stdout.write(json(branch));
  }

  /** A question that stands at the terminal is asked once more after what is written. */
  #beside(write: () => void): void {
    if (this.desk === undefined) write();
    else this.desk.beside(write);
  }

  #nameOf({ key, index }: Pick<Branch, 'key' | 'index'>): string | number {
    return this.view.planned.wide === undefined ? key : index;
  }

  async #tellReport({ blob }: RunView['reports'][number]): Promise<void> {
    for (const reported of JSON.parse(await this.session.store.readText(blob)) as StoredBranch[]) {
      await this.#tellOnceMore(this.view.judged(reported));
    }
  }

  /** Tells of a branch in a lane, which comes once more where it has failed and was begun anew. */
  async #tellOnceMore(outcome: StoredBranch): Promise<void> {
    const name = this.#nameOf(outcome);
    if (this.#failed.delete(name)) this.told.delete(name);
    await this.tell(outcome);
    if (outcome.status !== 'ok') this.#failed.add(name);
  }
}
