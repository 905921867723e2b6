import type { Dialect } from './dialects.js';
import type { StoredDocument } from './document.js';
import type { Tool } from './tool.js';
import type { Source } from './source.js';
import type { ChunkOrder, Lane, LaneResult } from './lanes.js';
import type { Answer, Ledger, ModelCall } from './model-call.js';
import type { ModelRequest } from './model-request.js';
import type { BranchStatus } from './run.js';
import type { Stored } from './stored.js';
import type { Place, StoredBranch } from './branch.js';
import type { Blob, Chunk, Item } from './lanes.js';

/** Questions that are asked together as Message Batches, at half the price. */
export interface BatchOrder {
  /** Number of the order in the run, from 0. */
  number: number;
  /** Names the run: the same over resets, so that a batch that is out is not submitted again. */
  run?: string;
  offline: boolean;
  freshSinceMs?: number;
  /** Largest inline answer: see `ModelCall`. */
  inlineBytes: number;
  queuedAtMs: number;
  /** The document of all questions that have none of their own. */
  document?: StoredDocument;
  questions: { key: string; index: number; request: ModelRequest }[];
}

/** An accepted Message Batch, and the questions in it, by their place in the order. */
export interface SubmittedBatch {
  id: string;
  questions: number[];
  /** The most that they may cost, in US dollars; only where a budget holds. */
  boundUsd?: number;
}

/** The result of one question of an order. Without an `answer` the question is to be asked online, going on from `ledger`. */
export interface BatchAnswer {
  answer?: Answer;
  ledger?: Ledger;
}

/** A branch whose last try has ended without a word. */
export interface UntoldTry {
  key: string;
  /** What its last heartbeat told, where there was one. */
  ledger?: Ledger;
}

/** Branches in lanes that are cut, or given up, and that lanes had begun of which nobody tells any more: the input of `untoldInLanes`. */
export interface UntoldInLanes extends Pick<Lane, 'template' | 'offline' | 'queuedAtMs'> {
  /** Those that lanes have begun, by chunk, with the index among all branches of the chunk's first. */
  chunks: { chunk: Chunk; firstIndex: number; begun: [index: number, ledger: Ledger | null][] }[];
  /** What became of them. */
  status: BranchStatus;
  error: { type: string; message: string };
  /** Those that were given up, because no lane has brought an outcome. */
  poisoned: readonly number[];
}

/** Ledgers of branches, by their keys. */
export type LedgersByKey = { readonly [key: string]: Ledger };

/** One branch's search: the input of `searchSource`. */
export interface SourceCall extends Place {
  source: Source;
  question: string;
}

/** One branch's text for the local grammar checker: the input of `checkGrammar`. */
export interface GrammarCall extends Place {
  text: Stored<string>;
  markdown: boolean;
  /** As it shows in the text, by default. */
  dialect?: Dialect;
  /** Words that are right. */
  words?: readonly string[];
}

/** One branch's pattern and the text that it is looked for in: the input of `findPattern`. */
export interface PatternCall extends Place {
  text: Stored<string>;
  /** A regular expression of JavaScript, with the flag `u`. */
  pattern: string;
}

/** One call of a tool: the input of `callTool`. */
export interface ToolCall extends Place {
  tool: Tool;
  input: Stored<unknown>;
  /** For a tool that reads what another call returned: that. */
  of?: Stored<unknown>;
  /** Whether the result is kept whole, to be shown page by page, images included; else what goes beyond one page is cut off. */
  whole?: boolean;
  /** See `ModelCall`. */
  inlineBytes: number;
}

/** The place of an outcome in several reports: both from 0. */
export interface OutcomePlace {
  report: number;
  outcome: number;
}

/** Some of the outcomes that reports hold. */
export interface OutcomePage {
  outcomes: StoredBranch[];
  /** Place of the first outcome that is on no page yet; absent on the last page. */
  next?: OutcomePlace;
}

/** What workflows of somebody's own need of the store and of the price list. */
export interface LibraryActivities {
  /** Puts a text into the store. */
  placeText(text: string): Promise<Blob>;
  /** Puts branches of a wide fan-out into the store: neighbours together, as they come. */
  placeItems(together: readonly (readonly Item[])[]): Promise<Chunk[]>;
  /**
   * Outcomes of lanes' reports, from a place on: as many as history takes at once.
   *
   * @throws ApplicationFailure `DocumentMissing` where a report is not in the store
   */
  readOutcomes(reports: readonly Blob[], from: OutcomePlace): Promise<OutcomePage>;
  /**
   * A value that was put into the store.
   *
   * @throws ApplicationFailure `DocumentMissing` where it is not there, `ValueTooLarge` where history cannot take it
   */
  readStored(stored: Blob): Promise<unknown>;
  /**
   * The most that a question may cost, in US dollars at list price.
   *
   * @throws ApplicationFailure `BadInput` where the price of its model is not known
   */
  boundQuestion(request: ModelRequest): Promise<number>;
}

/** The answers of a run in lanes that a fan-in is made of: the input of `groupAnswers`. */
export interface AnswersOrder {
  /** What lanes have reported. */
  reports: readonly Blob[];
  /** Number of branches. */
  total: number;
  /** What becomes of them: a judge sees few at once, and in both orders. */
  how: 'select' | 'synthesise';
  /** Stands around each answer, and cannot be guessed by who wrote it. */
  mark: string;
}

/** Neighbouring answers that fit one call of the fan-in; their texts are in the store. */
export interface AnswerGroup {
  count: number;
  /** Key of the first answer, and of the last. */
  first: string;
  last: string;
  /** The answers as a prompt has them: each in its block. */
  blocks: Blob;
  /** For a judge: the same in the opposite order. */
  reversed?: Blob;
  /** The answers themselves, a list of `KeyedAnswer`. */
  answers: Blob;
}

/** An answer by the key of its branch. */
export interface KeyedAnswer {
  key: string;
  output: Stored<unknown>;
}

/** What `groupAnswers` returns. */
export interface GroupedAnswers {
  groups: AnswerGroup[];
  /** Keys of branches that are ok: the first few, and how many they are. */
  from: string[];
  ok: number;
  /** Keys of branches that are not, as far as a report tells of them: the first few. */
  missing: string[];
}

/** The contract between workflows and the outside world, met from both sides. */
export interface Activities extends LibraryActivities {
  /**
   * Asks the model once per attempt; Temporal retries.
   *
   * @throws ApplicationFailure of a type in `failureTypes`, its first detail a {@link Ledger}
   */
  askModel(call: ModelCall): Promise<Answer>;
  /**
   * Searches one source once per attempt; Temporal retries.
   *
   * @throws ApplicationFailure `SourceFailed`, or `NotAllowed` where the worker's own side does not allow it, its first detail a {@link Ledger}
   */
  searchSource(call: SourceCall): Promise<Answer>;
  /**
   * Calls one tool once per attempt; Temporal retries.
   *
   * @throws ApplicationFailure `ToolFailed`, or `NotAllowed` where the worker's own side does not allow it, its first detail a {@link Ledger}
   */
  callTool(call: ToolCall): Promise<Answer>;
  /** Checks grammar by rules, in a thread of the worker. */
  checkGrammar(call: GrammarCall): Promise<Answer>;
  /**
   * Looks for a pattern, in a thread of the worker; its output is a list of `Match`.
   *
   * @throws ApplicationFailure `TimedOut` where it takes longer than a pattern may, `BadInput` where it is no regular expression
   */
  findPattern(call: PatternCall): Promise<Answer>;
  /**
   * Runs many branches, each with its own timeout, attempts, permit of the limiter and journal entry. Reports tell of many
   * outcomes at a time.
   */
  runLane(lane: Lane): Promise<LaneResult>;
  /**
   * Submits the questions that the journal has no answer to. The same order of the same run is submitted once, however often this
   * is called.
   *
   * @throws ApplicationFailure of a type in `failureTypes`
   */
  submitBatches(order: BatchOrder): Promise<SubmittedBatch[]>;
  /** Whether all of the batches have ended. */
  haveBatchesEnded(batches: { offline: boolean; ids: string[] }): Promise<boolean>;
  /** Cancels the batches. Requests that have been processed keep their answers. */
  cancelBatches(batches: { offline: boolean; ids: string[] }): Promise<void>;
  /** Submits a chunk's documents, as `submitBatches` does with questions. */
  submitChunk(order: ChunkOrder): Promise<SubmittedBatch[]>;
  /** Collects the outcomes of a chunk's documents from the batches and the journal. Documents without one are left. */
  collectChunk(order: ChunkOrder, batches: SubmittedBatch[]): Promise<LaneResult>;
  /** Collects the answer to each question, in order, from the ended batches and the journal. */
  collectBatches(order: BatchOrder, batches: SubmittedBatch[]): Promise<BatchAnswer[]>;
  /**
   * Puts the answers that are ok into groups, in input order, each of which fits one call of a fan-in.
   *
   * @throws ApplicationFailure `DocumentMissing` where a report is not in the store
   */
  groupAnswers(order: AnswersOrder): Promise<GroupedAnswers>;
  /** The answer at a place of a group, from 0. A long one stays in the store. */
  answerAt(group: Blob, place: number): Promise<KeyedAnswer>;
  /**
   * What branches of its run have spent that Temporal tells of no more once they are cut: those that wait for another try, or of which it
   * is told that their last has ended without a word. What may have been in flight counts as the most that it may have cost.
   *
   * @param ended `null` where those that wait are looked for
   */
  untoldTries(ended: readonly UntoldTry[] | null): Promise<LedgersByKey>;
  /** Reports what branches of lanes have spent that nobody tells of any more; what may have been in flight counts as the most that it may have cost. */
  untoldInLanes(order: UntoldInLanes): Promise<Pick<LaneResult, 'rest'>>;
  /** Whether the namespace knows all of fanfold's search attributes. */
  isSearchable(): Promise<boolean>;
}
