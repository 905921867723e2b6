import type { ModelRequest, WantedCall } from './model-request.js';
import type { Stored } from './stored.js';
import type { Usage } from './run.js';

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
  /** The oldest time of an answer that will do, in milliseconds since the epoch; any by default. */
  freshSinceMs?: number;
  /** Whether a second call may race a slow one. A call is slow beside its siblings: those of the same run. */
  hedge?: { run: string };
  /** When the fan-out began, in milliseconds since the epoch. */
  queuedAtMs: number;
  /** The money set aside for the branch, and the most that one more question may cost; only where a budget holds. */
  reserve?: Reserve;
  /**
   * Most that the branch may spend, in US dollars. It stands in place of `reserve` where a question's cost is known only once the
   * question is put together.
   */
  mostUsd?: number;
  /** Spending of earlier activities of the same branch. */
  ledger?: Ledger;
}
/** US dollars. */
export interface Reserve {
  usd: number;
  /** US dollars of one question, its second try included where the answer must fit a schema. */
  questionUsd: number;
}
/** Spending of one branch's attempts so far. It travels from attempt to attempt in heartbeat details. */
export interface Ledger {
  /** Tries begun; throttled ones, and those that were handed on, are not counted. */
  attempts: number;
  /** Tries that the API answered with "slow down". */
  throttled: number;
  /** Tries that ended because their worker did, and whose call, if they had made one, goes on elsewhere; none by default. */
  handedOn?: number;
  /** Whether the newest try is one of those. */
  isHandedOn?: boolean;
  usage: Usage;
  costUsd: number | null;
  /** Start of the first try, milliseconds since the epoch; `null` before it. */
  startedAtMs: number | null;
  modelMs: number;
  /** Milliseconds waited because the API asked for it. */
  throttledMs: number;
  /** Whether such a wait goes on. */
  throttledAtMs: number | null;
  /**
   * Whether the try that wrote this was still open. If no newer ledger is known, its worker died, and it may have paid for a
   * call.
   */
  open: boolean;
  /** Whether a whole answer is counted in it. */
  answered: boolean;
  /** US dollars: the most that calls may have cost beyond `costUsd`, of which the API could not tell what it charges. */
  lostUsd: number;
  /** Second calls that raced a slow first one. */
  hedges: number;
  /** Number of answers about a document's parts that are counted in it. */
  parts?: number;
  /** US dollars that the provider's prompt cache saved, what writing to it cost taken off. */
  cacheSavedUsd: number;
}
/** What a heartbeat says of a branch: its ledger, and the newest words of an answer that is under way. */
export type Beat = Ledger & { words?: string };
/** The result of a call that the API answered. A result that is not `ok` was paid for, and is no answer. */
export interface Answer {
  status: 'ok' | 'truncated' | 'refused' | 'invalid';
  /** The whole answer, or the part that there was of a truncated or invalid one. */
  output?: Stored<unknown>;
  error?: { type: string; message: string };
  /** The calls of tools that the model wants, where tools were offered. */
  turn?: { content: Stored<unknown>; calls: readonly WantedCall[] };
  /** Pages that a tool of the API has found, with what the model quotes of them; absent where there is none. */
  found?: readonly { title: string; link: string; text: string }[];
  /** Model that answered, as the API names it. */
  model: string;
  reused: boolean;
  /** US dollars not spent because the answer was already there. */
  savedUsd: number;
  ledger: Ledger;
  /** Milliseconds since the epoch. */
  finishedAtMs: number;
}
