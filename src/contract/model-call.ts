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
