import type { StoredFile } from './document.js';
import type { Ledger, ModelCall } from './model-call.js';
import type { Dialect } from './dialects.js';
import type { JsonSchema } from './json-schema.js';
import type { PromptPart } from './model-request.js';
import type { StoredBranch } from './branch.js';
import type { BranchStatus, Usage } from './run.js';
import { addCost, addUsage, noUsage } from './usage.js';

/** A text in the store: see `Stored`. */
export interface Blob {
  sha256: string;
  bytes: number;
}

/** One document of a wide fan-out. */
export interface Item {
  key: string;
  /** Empty where it is a file. */
  text: string;
  /** A document that the API reads itself. */
  file?: StoredFile;
  /** The reason why the document could not be read. Its branch has failed then, and nothing is asked. */
  unreadable?: string;
  /** Of a row of a table: the columns that the prompt names, by the names that it has for them. */
  fields?: { readonly [column: string]: unknown };
  /** What is asked, where each branch asks something of its own: it stands in place of the template and of `text`. */
  call?: Pick<ModelCall, 'request'> & Partial<Pick<ModelCall, 'timeoutMs' | 'attempts' | 'inlineBytes'>>;
}

/** Neighbouring documents of a wide fan-out, stored together as a JSON array of {@link Item}. */
export interface Chunk extends Blob {
  /** How many branches: one for each document, or as many as the template has samples or ways. */
  count: number;
}

/** One of several things that are asked about each item: it stands in place of what the template says. */
export interface Way {
  /** Names the answer among those about one item; it follows the item's key. */
  key: string;
  prompt?: string;
  /** See `ModelRequest`. */
  promptParts?: readonly PromptPart[];
  model?: string;
  maxTokens?: number;
  outputSchema?: JsonSchema;
  /** It asks no model: a thread of the lane's worker looks at the item's text. */
  local?: LocalCheck;
}

/** What a thread looks for in a text: a pattern, or what a grammar's rules say. */
export type LocalCheck =
  | { pattern: string; severity?: 'error' | 'warning' | 'info'; message?: string; suggestion?: string }
  | { grammar: { dialect?: Dialect; words?: readonly string[] } };

/** The request for each document of a wide fan-out. */
export interface Template {
  model: string;
  maxTokens: number;
  system: string;
  /** The prompt; it stands after the document. */
  prompt: string;
  /** Whether the prompt is a template over the `fields` of each item, and there is no document. */
  filled?: true;
  /** How often each item is asked about; once by default. */
  samples?: number;
  /** What each item is asked, where it is asked several things; not together with `samples`. */
  ways?: readonly Way[];
  /** See `ModelRequest`. */
  foldOver?: number;
  outputSchema?: JsonSchema;
}

/** From the first to the last place, both included. */
export type Range = readonly [first: number, last: number];

/** The input of `runLane`: an activity that carries many branches. */
export interface Lane extends Pick<
  ModelCall,
  'offline' | 'timeoutMs' | 'attempts' | 'queuedAtMs' | 'freshSinceMs' | 'hedge'
> {
  /** Number of the lane in the run, from 0. A lane that is started again has another number. */
  number: number;
  chunk: Chunk;
  /** Index, among all branches of the run, of the chunk's first document. */
  firstIndex: number;
  /** Documents of the chunk to ask about, by their places in it. */
  places: Range[];
  template: Template;
  /** Most calls in flight at once. */
  width: number;
  /** Names the run that pays for an answer: the same for every lane, and over continue-as-new. */
  run: string;
  /** Milliseconds between two messages to the workflow. */
  reportEveryMs: number;
  /** Whether the workflow is told at once of a branch that is not ok. */
  reportFailuresAtOnce: boolean;
  /** US dollars that the lane's branches may spend; only where a budget holds. */
  budgetUsd?: number;
  /** Whether the workflow takes back what the lane has too much of, by the signal `laneHandBack`. */
  handsBack?: true;
  /** Places of documents that somebody has cut before the lane began. */
  cut?: Range[];
  /** Run id of the execution that began it. After a reset another goes on, which knows what has ended meanwhile. */
  execution?: string;
  /** Tells it from lanes of the same number in executions that were reset; it is in all of its messages. */
  token?: string;
  /**
   * Whether the lane asks for more documents when it has begun nearly all of its own, by the update `laneMore`: `now` where some wait
   * already, `later` where they may come. It asks for none by default.
   */
  asksForMore?: 'now' | 'later';
  /** What lanes before have begun whose workers died or ended: of their latest calls nobody has told. */
  begunBefore?: LaneBeat;
}

/** What a lane has under way, as its heartbeat says. */
export interface LaneBeat {
  /** Branches that may have a call out, by their indices among all. */
  underWay: Range[];
  /** By index among all branches: how the ledger stands of those that have spent something. */
  ledgers?: { [index: number]: Ledger };
}

/** Documents of a chunk that are asked about together as Message Batches, at half the price. */
export type ChunkOrder = Pick<
  Lane,
  'number' | 'chunk' | 'firstIndex' | 'places' | 'template' | 'offline' | 'queuedAtMs' | 'freshSinceMs' | 'budgetUsd'
> &
  Partial<Pick<Lane, 'run'>> & {
    /** Whether nobody will ask about documents without an answer any more: those that have cost something are outcomes, too. */
    isCut?: boolean;
  };

/** A report of a lane: outcomes that are stored together as a JSON array of `StoredBranch`, and their sum. */
export interface LaneReport {
  blob: Blob;
  /** Indices among all branches of the run. */
  indices: Range[];
  tally: Tally;
  /** Those of them that are not ok; absent where all are, and in reports of older versions. */
  failed?: FailedRanges;
}

/** Indices of branches that are not ok, by their status. */
export type FailedRanges = { [Status in BranchStatus]?: Range[] };

/** The report of outcomes that are stored, in ascending order of their indices. */
export function reportOf(blob: Blob, outcomes: readonly StoredBranch[]): LaneReport {
  const failed = outcomes.filter(({ status }) => status !== 'ok');
  return {
    blob,
    indices: toRanges(outcomes.map(({ index }) => index)),
    tally: tallyOf(outcomes),
    ...(failed.length > 0 && { failed: failedRanges(failed) }),
  };
}

/** @param branches in ascending order of their indices */
export function failedRanges(branches: readonly Pick<StoredBranch, 'index' | 'status'>[]): FailedRanges {
  const indices = new Map<BranchStatus, number[]>();
  for (const { index, status } of branches) {
    const same = indices.get(status);
    if (same === undefined) indices.set(status, [index]);
    else same.push(index);
  }
  return Object.fromEntries([...indices].map(([status, those]) => [status, toRanges(those)]));
}

/** What a lane returns. */
export interface LaneResult {
  /** Outcomes that the workflow has not been told of yet. */
  rest: LaneReport | null;
  /**
   * Places in its chunk of documents that were not begun, because the worker is stopping, the budget had no more, or the run was reset. What
   * else a lane was given and has not reported needs no word.
   */
  left: Range[];
  why: 'done' | 'draining' | 'over budget' | 'reset';
  /** What the worker's end has cut among what it has left; of batches: what those have cost that are left. */
  begun?: LaneBeat;
  /** Milliseconds that a branch took; of lanes that hand back. */
  paceMs?: number;
  /** Of batches: places of documents that were not submitted, because the budget had no more. */
  withheld?: Range[];
  /** US dollars that were paid for answers that are in no report: they did not fit their schema, and are asked for once more. */
  unfitUsd?: number;
}

/** The sum of several outcomes. */
export interface Tally {
  ended: number;
  byStatus: { [Status in BranchStatus]?: number };
  usage: Usage;
  costUsd: number | null;
  savedUsd: number;
  cacheSavedUsd: number;
  lostUsd: number;
  reused: number;
  /** How many answers each model gave, by the name that the API has told; absent where there is none, and of older versions. */
  models?: { [model: string]: number };
  /** The branch that took longest. */
  slowest: { key: string; totalMs: number } | null;
}

export const noTally: Tally = {
  ended: 0,
  byStatus: {},
  usage: noUsage,
  costUsd: 0,
  savedUsd: 0,
  cacheSavedUsd: 0,
  lostUsd: 0,
  reused: 0,
  slowest: null,
};

export function tallyOf(branches: readonly StoredBranch[]): Tally {
  return branches.reduce((sum, branch) => addTallies(sum, tallyOfOne(branch)), noTally);
}

function tallyOfOne(branch: StoredBranch): Tally {
  const { key, status, usage, costUsd, savedUsd, cacheSavedUsd = 0, lostUsd = 0, reused, latency, model } = branch;
  return {
    ended: 1,
    byStatus: { [status]: 1 },
    usage,
    costUsd,
    savedUsd,
    cacheSavedUsd,
    lostUsd,
    reused: reused ? 1 : 0,
    ...(model !== undefined && { models: { [model]: 1 } }),
    slowest: { key, totalMs: latency.totalMs },
  };
}

export function addTallies(left: Tally, right: Tally): Tally {
  const byStatus = { ...left.byStatus };
  for (const [status, count] of Object.entries(right.byStatus) as [BranchStatus, number][]) {
    byStatus[status] = (byStatus[status] ?? 0) + count;
  }
  const rightIsSlower = (right.slowest?.totalMs ?? -1) > (left.slowest?.totalMs ?? -1);
  return {
    ended: left.ended + right.ended,
    byStatus,
    usage: addUsage(left.usage, right.usage),
    costUsd: addCost(left.costUsd, right.costUsd),
    savedUsd: left.savedUsd + right.savedUsd,
    cacheSavedUsd: left.cacheSavedUsd + right.cacheSavedUsd,
    lostUsd: left.lostUsd + right.lostUsd,
    reused: left.reused + right.reused,
    ...modelsOf(left, right),
    slowest: rightIsSlower ? right.slowest : left.slowest,
  };
}

function modelsOf({ models: left }: Tally, { models: right }: Tally): Pick<Tally, 'models'> {
  if (left === undefined || right === undefined) return { ...((left ?? right) && { models: { ...left, ...right } }) };
  const models = new Map(Object.entries(left));
  for (const [model, count] of Object.entries(right)) models.set(model, (models.get(model) ?? 0) + count);
  return { models: Object.fromEntries(models) };
}

/** Makes ranges of numbers in ascending order, as few as there can be. */
export function toRanges(numbers: readonly number[]): Range[] {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}

export function fromRanges(ranges: readonly Range[]): number[] {
  return ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, step) => first + step));
}
