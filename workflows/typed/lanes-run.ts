import {
  CancellationScope,
  CancelledFailure,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  defineSignal,
  executeChild,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  patched,
  setHandler,
  sleep,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';

import type { OutcomePage, OutcomePlace } from '../../src/contract/activities.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import { toRanges } from '../../src/contract/lanes.js';
import type { Blob, Chunk, Item } from '../../src/contract/lanes.js';
import type { LanesCut } from '../../src/contract/lane-messages.js';
import type { ModelRequest } from '../../src/contract/model-request.js';
import { signalNames, taskQueues } from '../../src/contract/names.js';
import { modelDefaults } from '../../src/contract/options.js';
import { afterEarlier, noLaneAnswered, outcomeOfSkip } from '../../src/contract/outcome.js';
import type { RunResult, WideOutcomes } from '../../src/contract/run-result.js';
import type { WidePlan } from '../../src/plan/summarise-plan.js';
import type { lanes, ToldReports } from '../lanes.js';
import type { Branches } from './branches.js';
import { badInput } from './refuse.js';
import { outside, runContext } from './run-context.js';
import type { AskWork } from './work.js';

/** Most questions of one chunk: a lane carries one. */
const chunkItems = 250;

/** Most characters of questions that are sent at once: at most 1.5 MB of UTF-8, of the 2 MB that a payload may have. */
const sentCharacters = 500_000;

/** Most characters of all questions together: they pass through history once, which Temporal ends at 50 MB. */
const mostCharacters = 12_000_000;

/** Reports read at once: a task takes 4 MB. */
const readAtOnce = 2;

/** Milliseconds after which lanes are told once more what is cut. */
const toldAgainMs = 500;

const lanesCut = defineSignal<[LanesCut]>(signalNames.lanesCut);
const reportSignal = defineSignal<[ToldReports]>(signalNames.lanesReport);

/** Who hears of which lanes. */
const listeners = new Map<number, (reports: readonly Blob[]) => void>();

/**
 * Questions in lanes, in a workflow of their own, which can continue as new where this one cannot.
 *
 * LanesRun-1. Each question has one outcome, told once, as reports of it come; once more where it had failed and was begun anew.
 * LanesRun-2. What no report told of is told at the end, from the lanes' result.
 */
export class LanesRun {
  /** The outcomes that were told, by place. */
  readonly #told = new Map<number, StoredBranch>();
  readonly #heard = new Set<string>();
  #unread: Blob[] = [];
  readonly #readers = new Set<Promise<void>>();
  readonly #queuedAtMs = Date.now();
  /** Id of the workflow that they travel in, once it is begun. */
  #workflowId: string | undefined;
  #isOver = false;

  /**
   * @param areAlone whether the fan-out has nothing but these, so that join and deadline are theirs
   * @param told told of each outcome, whose `index` is the place among these questions: with what it had spent before where it was begun anew,
   *   and `latest` without
   */
  constructor(
    readonly questions: readonly { work: AskWork; key: string }[],
    readonly branches: Branches,
    readonly areAlone: boolean,
    readonly told: (outcome: StoredBranch, latest: StoredBranch) => void,
  ) {}

  /** Comes back when all have ended. */
  async ended(): Promise<void> {
    const number = listeners.size;
    listeners.set(number, (reports) => this.#hear(reports));
    setHandler(reportSignal, ({ to, reports }) => listeners.get(to)?.(reports), {
      description: 'Outcomes of lanes, sent by their workflow.',
    });
    let wide: WideOutcomes | undefined;
    try {
      const chunks = await this.#place();
      wide = await this.#run(number, chunks);
    } catch (failure) {
      if (!isCancellation(failure)) throw failure;
    }
    // What has been answered is told, cancelled or not.
    await CancellationScope.nonCancellable(async () => {
      this.#hear(wide?.batches ?? []);
      while (this.#readers.size > 0) await Promise.all(this.#readers);
    });
    this.#isOver = true;
    this.#tellOfTheRest(wide);
  }

  /** How many have not ended. */
  get open(): number {
    return this.questions.length - this.#told.size;
  }

  /** Cuts some of them by their places, and leaves the others alone. It comes back when their workflow has been told. */
  async cut(places: readonly number[]): Promise<void> {
    const told: LanesCut = { indices: toRanges(places.toSorted((one, other) => one - other)) };
    while (!this.#isOver) {
      const id = this.#workflowId;
      if (id !== undefined && (await isTold(id, told))) return;
      // Not begun yet.
      await sleep(toldAgainMs, { summary: 'until the lanes have begun' });
    }
  }

  async #run(number: number, chunks: readonly Chunk[]): Promise<WideOutcomes | undefined> {
    const { workflowId } = workflowInfo();
    const plan = this.#plan(chunks);
    const { priority } = this.branches.settings;
    this.#workflowId = `${workflowId}/lanes-${uuid4().slice(0, 8)}`;
    try {
      const result = await executeChild<typeof lanes>('lanes', {
        workflowId: this.#workflowId,
        taskQueue: taskQueues.workflow,
        args: [{ plan, tells: { workflowId, number } }],
        cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        ...(priority !== undefined && { priority }),
        staticSummary: `${this.questions.length} questions in lanes`,
      });
      return result.wide;
    } catch (failure) {
      const cause = failure instanceof ChildWorkflowFailure ? failure.cause : failure;
      if (cause instanceof CancelledFailure) throw cause;
      // Too few ok is a result, and not for the lanes to judge.
      if (cause instanceof ApplicationFailure && cause.type === 'RunFailed')
        return (cause.details?.[0] as RunResult | undefined)?.wide;
      throw failure;
    }
  }

  #plan(chunks: readonly Chunk[]): WidePlan {
    const { policy, offline, fresh, model } = this.branches.settings;
    const total = this.questions.length;
    const alone = this.areAlone ? policy : { ...policy, join: 'settled' as const, needed: 1, deadlineMs: null };
    return {
      chunks,
      total,
      template: {
        model: model.model ?? modelDefaults.model,
        maxTokens: model.maxTokens ?? modelDefaults.maxTokens,
        system: '',
        prompt: '',
      },
      policy: { ...alone, budget: policy.budget && { ...policy.budget, boundsUsd: [] } },
      offline,
      fresh,
    };
  }

  /** Puts the questions into the store, in chunks of neighbours. */
  async #place(): Promise<Chunk[]> {
    const size = Math.min(chunkItems, Math.max(10, Math.ceil(this.questions.length / 4)));
    const placed: Promise<Chunk[]>[] = [];
    let together: Item[][] = [];
    let characters = 0;
    let all = 0;
    const send = () => {
      if (together.length === 0) return;
      const chunks = together;
      const summary = `${chunks.flat().length} questions into the store`;
      const sent = runContext().sending.run(() => outside.placeItems.executeWithOptions({ summary }, [chunks]));
      sent.catch(() => {});
      placed.push(sent);
      together = [];
      characters = 0;
    };
    for (const { work, key } of this.questions) {
      const request = this.branches.requestOf(work);
      const item = itemOf(work, key, request instanceof Promise ? await request : request);
      const { length } = JSON.stringify(item);
      all += length;
      if (all > mostCharacters) throw tooMuch(this.questions.length);
      if (characters + length > sentCharacters) send();
      const last = together.at(-1);
      if (last === undefined || last.length === size) together.push([item]);
      else last.push(item);
      characters += length;
    }
    send();
    return (await Promise.all(placed)).flat();
  }

  #hear(reports: readonly Blob[]): void {
    for (const report of reports) {
      if (this.#heard.has(report.sha256)) continue;
      this.#heard.add(report.sha256);
      this.#unread.push(report);
    }
    // Readers that are at it take what has come meanwhile.
    while (this.#unread.length > 0 && this.#readers.size < readAtOnce) {
      const share = Math.ceil(this.#unread.length / (readAtOnce - this.#readers.size));
      const first = this.#unread.splice(0, share);
      const reading = CancellationScope.nonCancellable(() => this.#read(first));
      this.#readers.add(reading);
      // A failure is left where whoever waits for all meets it.
      reading.then(
        () => this.#readers.delete(reading),
        () => {},
      );
    }
  }

  async #read(first: Blob[]): Promise<void> {
    for (let reports = first; reports.length > 0; reports = this.#unread.splice(0)) {
      for (let from: OutcomePlace | undefined = { report: 0, outcome: 0 }; from !== undefined;) {
        const summary = 'outcomes of lanes';
        const page: OutcomePage = await outside.readOutcomes.executeWithOptions({ summary }, [reports, from]);
        for (const outcome of page.outcomes) this.#tell(outcome);
        from = page.next;
      }
    }
  }

  #tell(latest: StoredBranch): void {
    const before = this.#told.get(latest.index);
    if (before?.status === 'ok') return;
    if (before !== undefined && !patched('lanes-begin-anew')) return;
    const outcome = before === undefined ? latest : afterEarlier(before, latest);
    this.#told.set(latest.index, outcome);
    this.told(outcome, latest);
  }

  #tellOfTheRest(wide: WideOutcomes | undefined): void {
    const poisoned = new Set(wide?.poisoned);
    const others = wide?.others ?? { status: 'cancelled', message: 'The fan-out was cut before it had begun.' };
    for (const [index, { key }] of this.questions.entries()) {
      if (this.#told.has(index)) continue;
      const place = { key, index, queuedAtMs: this.#queuedAtMs };
      const { status, message } = poisoned.has(index)
        ? ({ status: 'failed', message: noLaneAnswered } as const)
        : others;
      const type = { failed: 'WorkerEnded', skipped: 'OverBudget', late: 'Late', cancelled: 'Cancelled' }[status];
      this.#tell({ ...outcomeOfSkip(place, message, Date.now()), status, error: { type, message } });
    }
  }
}

/** Whether lanes have been told which of theirs are cut; not where they have not begun, or have ended. */
async function isTold(workflowId: string, cut: LanesCut): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(workflowId).signal(lanesCut, cut);
    return true;
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    return false;
  }
}

function tooMuch(questions: number): ApplicationFailure {
  const expected = `${questions} questions of at most ${mostCharacters.toLocaleString('en')} characters together, which history can take`;
  return badInput({ path: [], expected, got: 'more' }, 'Give their documents as references, or use `fanfold map`.');
}

function itemOf({ timeoutMs, attempts, stored }: AskWork, key: string, request: ModelRequest): Item {
  return {
    key,
    text: '',
    call: {
      request,
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(attempts !== undefined && { attempts }),
      ...(stored && { inlineBytes: 0 }),
    },
  };
}
