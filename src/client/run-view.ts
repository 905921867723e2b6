import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

import type { ModelCall } from '../contract/model-call.js';
import { takenOver } from '../contract/known.js';
import type { RunReference } from '../contract/known.js';
import { isKind } from '../contract/names.js';
import type { Place, StoredBranch } from '../contract/branch.js';
import { kindOf, plannedRun } from '../plan/kinds.js';
import { nothingPlanned, placesOf } from '../plan/planned-run.js';
import type { PlannedRun } from '../plan/planned-run.js';
import type { RunResult, WideOutcomes } from '../contract/run-result.js';
import { activityEnd } from './activity-end.js';
import { AgentCalls } from './agent-calls.js';
import type { WantedCall } from './agent-calls.js';
import { DeadlineCuts } from './deadline-cuts.js';
import { branchActivities, closedBy, isReserveUsedUp, millis, noJson, priorityAtStart } from './event-facts.js';
import { OwnBranches } from './own-branches.js';
import { ReportedLanes } from './reported-lanes.js';
import type { LaneReport, Tally } from './reported-lanes.js';
import { RunPayloads } from './run-payloads.js';
import { ScheduledBranches } from './scheduled-branches.js';
import { ToldTogether } from './told-together.js';
import type { Carried, Closed, HistoryEvent, Input } from './event-facts.js';

/**
 * A run as its event history tells it, whether or not a worker is alive.
 *
 * RunView-1. Branches are in input order, planned from the run's input. `apply` gives their outcomes in completion order.
 * RunView-2. The workflow's own result overrides what events said.
 * RunView-3. What calls beside the branches have cost, those of a fan-in, events tell also where there is no result.
 */
export class RunView {
  kind = '';
  runId = '';
  planned: PlannedRun = nothingPlanned;
  /** The run's input, without what it takes over from other runs or executions. */
  input: object = {};
  /** The finished run that this one retries. */
  retries: RunReference | undefined;
  startedAtMs = 0;
  /** Temporal's identity of who started it; `null` where history does not say. */
  startedBy: string | null = null;
  closedAtMs: number | null = null;
  closed: Closed = null;
  /** Whether somebody has asked the run to stop. */
  stopping = false;
  result: RunResult | null = null;
  /** What a workflow of somebody's own was given, and returned. */
  ownInput: unknown;
  ownResult: unknown;
  failure: Error | null = null;
  readonly outcomes = new Map<number, StoredBranch>();
  /** What came of the calls of the fan-in that have ended, as events tell it. */
  readonly beside: StoredBranch[] = [];
  /** Keys of branches that had ended and were begun anew. */
  readonly begunAnew = new Set<string>();
  readonly #deadlines = new DeadlineCuts();
  readonly #calls = new AgentCalls();
  readonly #scheduled = new ScheduledBranches();
  /** From 1, which goes first, to 5. */
  priority = priorityAtStart();
  readonly #payloads: RunPayloads;
  readonly #own: OwnBranches;
  readonly #together: ToldTogether;
  readonly #lanes = new ReportedLanes();
  /** Whether it is a workflow of somebody's own: its input and its result are theirs. */
  #isOwn = false;

  /** @param execution the execution whose events come first: after a reset they name another one, of which they are a copy */
  constructor(
    client: Client,
    readonly workflowId: string,
    private execution?: string,
  ) {
    this.#payloads = new RunPayloads(client, workflowId);
    this.#together = new ToldTogether(this.#payloads, (place) => this.#scheduled.ordered(place, this.#isOwn));
    this.#own = new OwnBranches(this.#payloads, this.#deadlines);
  }

  /** Reports of a wide run's lanes, in the order in which they came. */
  get reports(): Pick<LaneReport, 'blob'>[] {
    return this.#lanes.reports;
  }

  /** The sum of these; of somebody's own workflow that of what followers have read, who say so. */
  get tally(): Tally {
    return this.#lanes.tally;
  }

  set tally(tally: Tally) {
    this.#lanes.tally = tally;
  }

  /** Branches whose activity is scheduled, by activity id. */
  get scheduled(): Map<string, Place> {
    return this.#scheduled.places;
  }

  /** Keys of calls that wait to be allowed, by the event of their timer. */
  get approvals(): ReadonlyMap<string, string> {
    return this.#calls.waiting;
  }

  /** Of an agent: the calls that the model asked for, by their keys. */
  get wanted(): ReadonlyMap<string, WantedCall> {
    return this.#calls.wanted;
  }

  /** Of a workflow of somebody's own: what came of questions in lanes, by the index of the branch that they are here. */
  get ownLanes(): ReadonlyMap<number, WideOutcomes> {
    return this.#own.inLanes;
  }

  /** Milliseconds in which calls have waited to be allowed. */
  get waitedForPersonMs(): number {
    return this.#calls.waitedMs;
  }

  /** The branches that are known of, in input order. */
  get places(): readonly Pick<Place, 'key' | 'index'>[] {
    return placesOf(this.planned, [...this.scheduled.values()]);
  }

  /** How many branches are known of, those that wait to be allowed among them. */
  get total(): number {
    if (this.planned.wide !== undefined) return Math.max(this.planned.total, this.tally.ended);
    const keys = [...this.places.map(({ key }) => key), ...this.approvals.values()];
    return Math.max(new Set(keys).size, this.outcomes.size) + this.#own.more;
  }

  /** The outcome of a branch of which history does not tell how it ended, because its run did. */
  cutOff({ key, index }: Pick<Place, 'key' | 'index'>): StoredBranch {
    const place = { key, index, queuedAtMs: this.startedAtMs };
    return this.#deadlines.judgedOpen(this.#together.cutOff(place, this.closedAtMs ?? 0));
  }

  /** Takes the outcomes of the workflow's own result for those that events told: it numbers its branches anew. */
  settle(): void {
    const { branches = [] } = this.result ?? {};
    if (branches.length === 0) return;
    this.outcomes.clear();
    this.scheduled.clear();
    for (const branch of branches) {
      this.outcomes.set(branch.index, branch);
      this.scheduled.set(branch.key, { key: branch.key, index: branch.index, queuedAtMs: this.startedAtMs });
    }
  }

  /** The outcome of a branch in a lane, which knows that it was cut, and not that the deadline did it. */
  judged(reported: StoredBranch): StoredBranch {
    return this.#deadlines.judgedInLane(reported);
  }

  /** Takes in the next event; returns the outcome it brought, if any. */
  async apply(event: HistoryEvent): Promise<StoredBranch | undefined> {
    const atMs = millis(event.eventTime);
    this.#deadlines.see(event);
    if (event.workflowExecutionStartedEventAttributes) {
      const started = event.workflowExecutionStartedEventAttributes;
      const given = await this.#payloads.values(started.input).catch(noJson);
      const [input] = given;
      this.kind = started.workflowType?.name ?? '';
      this.priority = priorityAtStart(started, input);
      this.runId = this.execution ?? started.originalExecutionRunId ?? '';
      this.execution = undefined;
      this.startedBy ??= started.identity || null;
      // The run began with its first execution, before it continued as new.
      const carried = started.continuedExecutionRunId ? (input as { carried?: Carried } | null)?.carried : undefined;
      this.startedAtMs = this.startedAtMs || (carried?.startedAtMs ?? atMs);
      if (carried !== undefined && this.reports.length === 0) this.#lanes.carry(carried);
      for (const branch of carried?.branches ?? []) this.#carry(branch);
      this.planned = plannedRun(this.kind, input);
      this.#takeOver(input as Input | undefined, atMs);
      this.#isOwn = !isKind(this.kind);
      if (this.#isOwn) this.ownInput = given.length > 1 ? given : input;
      if (this.kind === 'agent') this.#calls.tools = (input as { tools?: { name: string }[] } | undefined)?.tools ?? [];
      return undefined;
    }
    if (this.#isOwn && (await this.#own.begin(event, this.scheduled, atMs))) return this.#asks(this.#own.offline);
    if (event.activityTaskScheduledEventAttributes) {
      const { activityId, activityType, input } = event.activityTaskScheduledEventAttributes;
      await this.#together.begin(event, this.#isOwn);
      this.#asks(this.#together.offline);
      if (!branchActivities.includes(activityType?.name ?? '') || !activityId) return undefined;
      const [call] = (await this.#payloads.values(input)) as [ModelCall];
      // Calls of the fan-in have indexes behind the branches, and are no branches.
      const isBranch = this.#isOwn || kindOf(this.kind)?.adds === true || call.index < this.planned.total;
      if (!isBranch) {
        this.#scheduled.beginBeside(event.eventId, call);
        return undefined;
      }
      this.#asks(call.offline);
      const index = this.#scheduled.begin(event.eventId, activityId, call, this.#isOwn);
      if (this.outcomes.delete(index)) this.begunAnew.add(call.key);
      this.#deadlines.branchBegins(index, event);
      return undefined;
    }
    if (event.workflowExecutionCancelRequestedEventAttributes) this.stopping = true;
    if (event.timerStartedEventAttributes) {
      const { summary } = event.userMetadata ?? {};
      const [told] = await this.#payloads.values({ payloads: summary ? [summary] : [] });
      this.#calls.waits(String(event.eventId), told, atMs);
      this.#deadlines.begins(event, told);
      return undefined;
    }
    const timer = event.timerFiredEventAttributes ?? event.timerCanceledEventAttributes;
    if (timer) this.#calls.waited(String(timer.startedEventId), atMs);
    const report = await this.#together.report(event);
    if (report !== undefined) this.#lanes.add(report);
    await this.#together.answered(event, this);
    const owned = this.#isOwn ? await this.#own.ended(event) : undefined;
    if (owned !== undefined) this.outcomes.set(owned.index, owned);
    return owned ?? (await this.#outcome(event)) ?? this.#close(event, atMs);
  }

  /** Somebody's own workflow does not say who answers: its questions do. */
  #asks(offline: boolean): undefined {
    if (this.#isOwn && offline) this.planned = { ...this.planned, offline: true };
  }

  /** Takes in what the input says of the run that this one retries. */
  #takeOver(given: Input | undefined, atMs: number): void {
    const { known, carried, ...input } = given ?? {};
    this.input = input;
    this.retries = known?.from;
    if (carried === undefined && this.reports.length === 0) {
      for (const report of known?.reports ?? []) this.#lanes.add(report);
    }
    for (const branch of known?.branches ?? []) {
      const index = this.planned.keys.indexOf(branch.key);
      if (index >= 0) this.outcomes.set(index, takenOver({ index }, branch, atMs));
    }
  }

  #carry(branch: StoredBranch): void {
    const { key, index } = branch;
    this.outcomes.set(index, branch);
    this.scheduled.set(key, { key, index, queuedAtMs: this.startedAtMs });
    this.#calls.carry(key);
  }

  async #outcome(event: HistoryEvent): Promise<StoredBranch | undefined> {
    const ended =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes ??
      event.activityTaskCanceledEventAttributes;
    const begun = String(ended?.scheduledEventId);
    const begunBy = this.#scheduled.begunBy(begun);
    if (!ended || begunBy === undefined) return undefined;
    const { place, isBeside } = begunBy;
    // The branch goes on in another activity, if the budget has more for it.
    if (!isBeside && isReserveUsedUp(event)) return undefined;
    const told = await activityEnd(this.#payloads, event, place, this.#deadlines.wasCut(begun), this.#together);
    if (told.answer !== undefined) this.#calls.want(told.answer);
    if (isBeside) return void this.beside.push(told.outcome);
    const outcome = this.#deadlines.judged(told.outcome, begun);
    this.outcomes.set(place.index, outcome);
    return outcome;
  }

  async #close(event: HistoryEvent, atMs: number): Promise<undefined> {
    const closed = closedBy(event);
    if (closed === null) return;
    this.closed = closed;
    this.closedAtMs = atMs;
    if (event.workflowExecutionCompletedEventAttributes) {
      const [result] = await this.#payloads.values(event.workflowExecutionCompletedEventAttributes.result);
      if (this.#isOwn) this.ownResult = result;
      else this.result = result as RunResult;
    }
    const failure = event.workflowExecutionFailedEventAttributes?.failure;
    if (!failure) return;
    this.failure = (await this.#payloads.failure(failure)) ?? null;
    if (!this.#isOwn && this.failure instanceof ApplicationFailure && this.failure.type === 'RunFailed') {
      this.result = (this.failure.details?.[0] as RunResult | undefined) ?? null;
    }
  }
}
