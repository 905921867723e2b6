import type { Tool } from './agent-plan.js';
import type { Source } from './gather-plan.js';
import type { ChunkOrder, Lane, LaneResult } from './lanes.js';
import type { Place } from './outcome.js';
import type { Usage } from './run.js';

/** A value that travels inside history, or by reference because it would not fit there. */
export type Stored<T> = { inline: T } | { sha256: string; bytes: number };

/** A JSON Schema, as the Messages API takes it in `output_config.format`. */
export type JsonSchema = { [keyword: string]: unknown };

/** What a branch asks the model. The parts are sent in this order, so that branches sharing a document share a prefix. */
export interface ModelRequest {
  /** The API's model id. */
  model: string;
  /** Most output tokens of one answer. */
  maxTokens: number;
  system: string;
  document?: Stored<string>;
  /** Shares the document through the provider's prompt cache: one call writes it, those that follow read it for a fraction of its price. */
  cacheDocument?: boolean;
  prompt: string;
  /** Where it is made of values that may be in the store: stands in place of `prompt`. */
  promptParts?: readonly PromptPart[];
  /** A document of more tokens, by estimate, is read in parts, and the answers about them are folded as a tree. */
  foldOver?: number;
  /** With it the answer is parsed JSON that fits the schema, or the branch is `invalid`. */
  outputSchema?: JsonSchema;
  /** What the model may call instead of answering; its calls come back in `Answer.turn`. */
  tools?: readonly Pick<Tool, 'name' | 'description' | 'inputSchema'>[];
  /** Of a conversation: the model's turns so far, each with what came of its calls. */
  turns?: readonly Turn[];
  /** It must answer now, with what it has. */
  lastTurn?: boolean;
}

/** One turn of the model in a conversation, and the results of its calls in the order in which it asked. */
export interface Turn {
  /** Its content blocks, as the API gave them. */
  content: Stored<unknown>;
  results: readonly { id: string; output: Stored<unknown>; failed: boolean }[];
}

/** A tool that the model wants called. */
export interface WantedCall {
  id: string;
  name: string;
  input: Stored<unknown>;
}

/** Text, or what lies at a path inside a value: text as it is, anything else as JSON. */
export type PromptPart = string | { value: Stored<unknown>; path: readonly string[] };

/** One branch's model call: the input of `askModel`. */
export interface ModelCall {
  key: string;
  index: number;
  request: ModelRequest;
  /** Whether the offline model answers; it travels on a task queue of its own. */
  offline: boolean;
  /** Milliseconds from the first attempt's start, all attempts and the waits between them; pauses that the API asks for do not count. */
  timeoutMs: number;
  /** Most tries. Being told to slow down (429) uses up none. */
  attempts: number;
  /** An answer larger than this many bytes is stored and returned by reference. */
  inlineBytes: number;
  /** Set where only answers from then on will do, in milliseconds since the epoch. */
  freshSinceMs?: number;
  /** A second call may race the first where the branch takes much longer than its siblings: those of the same run. */
  hedge?: { run: string };
  /** When the fan-out began, in milliseconds since the epoch. */
  queuedAtMs: number;
  /** Where a budget holds: what has been set aside for the branch, and the most that one more question may cost. */
  reserve?: Reserve;
  /** Most that the branch may spend, in US dollars, where what a question may cost is only known once it is put together. Stands in place of `reserve`. */
  mostUsd?: number;
  /** What earlier activities of the same branch have spent. */
  ledger?: Ledger;
}

/** US dollars. */
export interface Reserve {
  usd: number;
  /** Of one question, its second try included where the answer must fit a schema. */
  questionUsd: number;
}

/** What the attempts of one branch have spent so far. It travels from attempt to attempt in heartbeat details. */
export interface Ledger {
  /** Tries begun, throttled ones not counted. */
  attempts: number;
  /** Tries that the API answered with "slow down". */
  throttled: number;
  usage: Usage;
  costUsd: number | null;
  /** Start of the first try, milliseconds since the epoch; `null` before it. */
  startedAtMs: number | null;
  modelMs: number;
  /** Milliseconds waited because the API asked for it. */
  throttledMs: number;
  /** Set while such a wait lasts. */
  throttledAtMs: number | null;
  /** Whether the try that wrote this had not ended. If nothing newer is known, its worker died, and it may have paid for a call. */
  open: boolean;
  /** Whether a whole answer is counted in it. */
  answered: boolean;
  /** US dollars: the most that calls may have cost beyond `costUsd`, of which the API could not tell what it charges. */
  lostUsd: number;
  /** Second calls that raced a slow first one. */
  hedges: number;
  /** Of a document that is read in parts: how many of the answers about them are counted in it. */
  parts?: number;
  /** US dollars that the provider's prompt cache saved, what writing to it cost taken off. */
  cacheSavedUsd: number;
}

/** What came of a call that the API answered. Anything but `ok` was paid for and is no answer. */
export interface Answer {
  status: 'ok' | 'truncated' | 'refused' | 'invalid';
  /** The whole answer, or what there was of a truncated or invalid one. */
  output?: Stored<unknown>;
  error?: { type: string; message: string };
  /** Where tools were offered and the model wants some of them called. */
  turn?: { content: Stored<unknown>; calls: readonly WantedCall[] };
  /** Model that answered, as the API names it. */
  model: string;
  reused: boolean;
  /** US dollars not spent because the answer was already there. */
  savedUsd: number;
  ledger: Ledger;
  /** Milliseconds since the epoch. */
  finishedAtMs: number;
}

/** Questions that are asked together as Message Batches, at half the price. */
export interface BatchOrder {
  /** Which of the run's orders it is, from 0. */
  number: number;
  offline: boolean;
  freshSinceMs?: number;
  /** Of each answer, see `ModelCall`. */
  inlineBytes: number;
  queuedAtMs: number;
  /** The document of all questions that bring none. */
  document?: Stored<string>;
  questions: { key: string; index: number; request: ModelRequest }[];
}

/** Message Batches that were accepted, and the questions (by their place in the order) that are in them. */
export interface SubmittedBatch {
  id: string;
  questions: number[];
}

/** What came of one question of an order. Without an `answer` it is to be asked online, going on from `ledger`. */
export interface BatchAnswer {
  answer?: Answer;
  ledger?: Ledger;
}

/** One branch's search: the input of `searchSource`. */
export interface SourceCall extends Place {
  source: Source;
  question: string;
}

/** One branch's text for the local grammar checker: the input of `checkGrammar`. */
export interface GrammarCall extends Place {
  text: Stored<string>;
  markdown: boolean;
}

/** One call of a tool: the input of `callTool`. */
export interface ToolCall extends Place {
  tool: Tool;
  input: Stored<unknown>;
  /** See `ModelCall`. */
  inlineBytes: number;
}

/** The contract between workflows and the outside world, met from both sides. */
export interface Activities {
  /**
   * Asks the model once per attempt; Temporal retries.
   *
   * @throws ApplicationFailure of a type in `failureTypes`, its first detail a {@link Ledger}
   */
  askModel(call: ModelCall): Promise<Answer>;
  /**
   * Searches one source once per attempt; Temporal retries.
   *
   * @throws ApplicationFailure `SourceFailed`, its first detail a {@link Ledger}
   */
  searchSource(call: SourceCall): Promise<Answer>;
  /**
   * Calls one tool once per attempt; Temporal retries.
   *
   * @throws ApplicationFailure `ToolFailed`, its first detail a {@link Ledger}
   */
  callTool(call: ToolCall): Promise<Answer>;
  /** Checks grammar by rules, in a thread of the worker. */
  checkGrammar(call: GrammarCall): Promise<Answer>;
  /** Runs many branches, each with its own timeout, attempts, turn at the limiter and journal entry; reports them in batches. */
  runLane(lane: Lane): Promise<LaneResult>;
  /**
   * Submits what the journal does not know yet, once, however often it is called for the same order of the same run.
   *
   * @throws ApplicationFailure of a type in `failureTypes`
   */
  submitBatches(order: BatchOrder): Promise<SubmittedBatch[]>;
  /** Whether all of the batches have ended. */
  haveBatchesEnded(batches: { offline: boolean; ids: string[] }): Promise<boolean>;
  /** Stops them as far as they have not been processed. */
  cancelBatches(batches: { offline: boolean; ids: string[] }): Promise<void>;
  /** The same as `submitBatches` for documents of a chunk. */
  submitChunk(order: ChunkOrder): Promise<SubmittedBatch[]>;
  /** What has come of a chunk's documents, from the batches and the journal; those of which nothing came are left. */
  collectChunk(order: ChunkOrder, batches: SubmittedBatch[]): Promise<LaneResult>;
  /** What came of each question, in order: from the batches, which have ended, and from the journal. */
  collectBatches(order: BatchOrder, batches: SubmittedBatch[]): Promise<BatchAnswer[]>;
}
