import { ApplicationFailure } from '@temporalio/common';
import type { Priority } from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  executeChild,
  ParentClosePolicy,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';

import type { Chunk } from '../../src/contract/lanes.js';
import { noTally } from '../../src/contract/lanes.js';
import { taskQueues } from '../../src/contract/names.js';
import { modelDefaults } from '../../src/contract/options.js';
import type { Output } from '../../src/contract/output.js';
import type { BranchStatus, RunStatus } from '../../src/contract/run.js';
import type { RunResult, WideOutcomes } from '../../src/contract/run-result.js';
import type { AnsweredRows, StoredRows } from '../../src/contract/stored-rows.js';
import { planMap } from '../../src/plan/map-plan.js';
import type { MapInput } from '../../src/plan/map-plan.js';
import { checked } from '../engine/checked.js';
import { checkedQuestion } from './ask.js';
import { childPriority, fanOutNames, inputOf } from './options.js';
import type { FanOutOptions } from './options.js';
import { own } from './own-work.js';
import { badOption, checkNames, countOf } from './refuse.js';
import type { Work } from './work.js';

/** What is asked about each row. Only `rows` and `prompt` are needed; the options are those of a fan-out over the rows. */
export interface MapRowsOptions<Row> extends FanOutOptions {
  /** What `placeRows` of `fanfold` has given. */
  rows: StoredRows<Row>;
  /** A template over the fields of a row: `Is this spam? {{ subject }}`. A row that lacks a field of it has failed. */
  prompt: string;
  /** What the model is told before each prompt; rules for answering about one row by default. */
  system?: string | undefined;
}

/** How often each row is asked about, and the vote over the answers. */
export interface SamplesOptions<Field extends string = string> {
  /** How often each row is asked about, 1 to 100; each answer has an entry of its own in the journal. Once by default. */
  samples?: number | undefined;
  /**
   * The vote over the answers about a row: `true` for whole answers, or the field of the output that counts. Without it the row's answer is the list
   * of all, and a row is ok where all are.
   */
  vote?: true | Field | undefined;
}

/** What questions about rows have come to. The answers are in the store. */
export interface MappedRows<Row, Value> {
  /** `complete`: every row is ok; `failed`: none is, or not what the join asks for. What has been answered is there all the same. */
  status: Exclude<RunStatus, 'cancelled'>;
  /** Number of rows. */
  total: number;
  /** How many answers ended in each way, `total` together where each row has one; a status that none has is absent. */
  counts: { [Status in BranchStatus]?: number };
  /** US dollars; `null` where a price is not known. */
  costUsd: number | null;
  /** Gives every row with its outcome, to `readRows` of `fanfold`, in an activity or a program. */
  answered: AnsweredRows<Row, Value>;
}

/** What the child workflow came to. */
interface Mapped {
  status: MappedRows<unknown, unknown>['status'];
  wide: WideOutcomes;
  startedAtMs: number;
}

/**
 * A branch that asks one question about each row of the store, however many there are, as a workflow `map` of its own. Neither rows nor
 * answers enter a workflow's history: its output is how many ended in which way, what it has cost, and a reference to the answers: for
 * a hundred thousand rows 80 KB, and up to half a megabyte where they take hours. Of no rows there is nothing to ask.
 *
 * @throws ApplicationFailure `BadInput` where an option cannot be meant
 */
export function mapRows<Row>(
  options: MapRowsOptions<Row> & { output?: undefined } & { samples: number; vote?: undefined },
): Work<MappedRows<Row, string[]>>;
export function mapRows<Row>(
  options: MapRowsOptions<Row> & { output?: undefined } & SamplesOptions<never>,
): Work<MappedRows<Row, string>>;
export function mapRows<Row, Value>(
  options: MapRowsOptions<Row> & { output: Output<Value> } & { samples: number; vote?: undefined },
): Work<MappedRows<Row, Value[]>>;
export function mapRows<Row, Value>(
  options: MapRowsOptions<Row> & { output: Output<Value> } & SamplesOptions<keyof Value & string>,
): Work<MappedRows<Row, Value>>;
export function mapRows<Row>(
  options: MapRowsOptions<Row> & { output?: Output<unknown> | undefined } & SamplesOptions,
): Work<MappedRows<Row, unknown>> {
  checkNames('mapRows', options, ['rows', 'prompt', 'system', 'output', 'samples', 'vote', ...fanOutNames]);
  const { rows, prompt, system, output, samples, vote, ...rest } = options;
  const each = samples === undefined ? 1 : countOf('samples', samples);
  const placed = chunksOf(rows);
  const chunks = each === 1 ? placed : placed.map((chunk) => ({ ...chunk, count: chunk.count * each }));
  const schema = checkedQuestion({ prompt, system, output });
  const count = placed.reduce((sum, chunk) => sum + chunk.count, 0);
  const total = count * each;
  const priority = childPriority(rest);
  const input: MapInput = {
    ...inputOf(rest, total),
    // That of the library, where the command has another.
    maxTokens: rest.maxTokens ?? modelDefaults.maxTokens,
    prompt,
    ...(system !== undefined && { system }),
    ...(schema !== undefined && { schema }),
    ...(each > 1 && { samples: each }),
    ...(vote !== undefined && { vote }),
    chunks,
  };
  if (total > 0) checked(() => planMap(input));
  return own<MappedRows<Row, unknown>>(
    () => mapped(input, total, priority),
    { maxUsd: rest.budget },
    async (result) => {
      const { status, wide, startedAtMs } = result as Mapped;
      const output: MappedRows<Row, unknown> = {
        status,
        total: count,
        counts: countsOf(wide, total),
        costUsd: wide.tally.costUsd,
        answered: {
          wide,
          startedAtMs,
          ...(samples !== undefined && { samples: { count: each, ...(vote !== undefined && { vote }) } }),
        },
      };
      return { output, spent: wide.tally };
    },
  );
}

async function mapped(input: MapInput, total: number, priority: { priority?: Priority }): Promise<Mapped> {
  const startedAtMs = Date.now();
  if (total === 0) return { status: 'complete', wide: nothing, startedAtMs };
  const { status, wide = nothing } = await resultOf(input, total, priority);
  return { status: status === 'cancelled' ? 'failed' : status, wide, startedAtMs };
}

async function resultOf(input: MapInput, total: number, priority: { priority?: Priority }): Promise<RunResult> {
  try {
    return await executeChild<(input: MapInput) => Promise<RunResult>>('map', {
      workflowId: `${workflowInfo().workflowId}/rows-${uuid4().slice(0, 8)}`,
      taskQueue: taskQueues.workflow,
      args: [input],
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      ...priority,
      staticSummary: `one question about each of ${total} rows`,
    });
  } catch (failure) {
    const cause = failure instanceof ChildWorkflowFailure ? failure.cause : failure;
    // Too few ok is a result: what has been answered is paid for.
    const result = cause instanceof ApplicationFailure && cause.type === 'RunFailed' ? cause.details?.[0] : undefined;
    if (result === undefined || result === null) throw failure;
    return result as RunResult;
  }
}

const nothing: WideOutcomes = {
  chunks: [],
  batches: [],
  tally: noTally,
  poisoned: [],
  others: { status: 'cancelled', message: 'Nothing was asked.' },
};

/** How many branches ended in each way, those included that are in no report. */
function countsOf({ tally, poisoned, others }: WideOutcomes, total: number): MappedRows<unknown, unknown>['counts'] {
  const counts = { ...tally.byStatus };
  const add = (status: BranchStatus, count: number) => {
    if (count > 0) counts[status] = (counts[status] ?? 0) + count;
  };
  // A lane knows that a branch was cut, and not that the deadline did it.
  if (others.status === 'late') {
    add('late', counts.cancelled ?? 0);
    delete counts.cancelled;
  }
  add('failed', poisoned.length);
  add(others.status, total - tally.ended - poisoned.length);
  return counts;
}

function chunksOf(rows: unknown): readonly Chunk[] {
  const { chunks } = (rows ?? {}) as { chunks?: unknown };
  const areChunks = Array.isArray(chunks) && chunks.every(isChunk);
  if (!areChunks) throw badOption('rows', 'what `placeRows` of fanfold gives', rows);
  return chunks as Chunk[];
}

function isChunk(chunk: unknown): boolean {
  const { sha256, bytes, count } = (chunk ?? {}) as { [name in keyof Chunk]: unknown };
  return typeof sha256 === 'string' && typeof bytes === 'number' && Number.isSafeInteger(count) && Number(count) > 0;
}
