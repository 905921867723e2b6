import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import type { Share } from '../../contract/priority.js';
import type { ModelRequest } from '../../contract/model-request.js';
import type { AnswerForm } from '../call/answer-form.js';
import type { EndedCall } from '../call/ended-call.js';
import type { ModelMessage } from '../call/message.js';
import type { Bound } from '../limiter/index.js';

/** One question, with all that whoever pays for its answer must know. It is plain JSON: it may go to another process. */
export interface LayerQuestion {
  /** Whether the offline model is asked. */
  offline: boolean;
  body: MessageCreateParamsNonStreaming;
  /** See `ModelRequest`. */
  sample?: number | undefined;
  /** What the answer is to look like. Of tools only counts whether there are any. */
  form: Pick<ModelRequest, 'outputSchema' | 'lastTurn'> & { tools?: readonly never[] };
  /** Names the run. */
  run: string;
  /** Names the branch, the same for every try. */
  asker: string;
  /** The activity that asks, where there is one: once it is gone, nobody asks again. */
  origin?: Origin | undefined;
  /** Whose it is, among the calls that wait; by default the run's. */
  share?: Share | undefined;
  /** Oldest answer that will do, in milliseconds since the epoch; any by default. */
  notBeforeMs?: number | undefined;
  /** The run whose calls say what is slow, where a second call may race a slow one. */
  hedge?: string | undefined;
  /** Longest wait at the limiter, in milliseconds; any by default. */
  patienceMs?: number | undefined;
  /** How long it waits for an API that lets no call through; for ever by default. */
  bound?: Bound | undefined;
}

/** The activity of a branch, by Temporal's names. */
export interface Origin {
  workflowId: string;
  runId: string;
  /** `undefined` for a lane: a branch may go on in another one, and in the run's next execution. */
  activityId?: string | undefined;
}

/** US dollars that are left of what was set aside for a branch. */
export interface Purse {
  leftUsd: number;
  /** The most that one question may cost. */
  questionUsd: number;
}

/** Who pays for an answer, and is told how that goes. */
export interface Payer {
  /** Aborted when the answer is no longer wanted. */
  signal: AbortSignal;
  /** Aborted only where the asker is no longer wanted: whoever waits for the same answer asks in its place. */
  unwanted?: AbortSignal | undefined;
  /** Milliseconds that are left for the answer. */
  remainingMs(): number;
  /** Runs a wait that is not the call's own time. */
  waiting<T>(wait: () => Promise<T>): Promise<T>;
  /** @param isSecond whether the call races another one */
  left(isSecond: boolean): void;
  /** So much of the answer's text has come, of one that is streamed. Of two calls that race, the first is the one that is shown. */
  said?(text: string): void;
  ended(call: EndedCall, isSecond: boolean): void;
  /** Somebody else is asking the same, or an earlier try is: until `left`, what is waited for is on another's bill. */
  joins?(): void;
  /** The call goes on without it, and its next try is told what comes of it. */
  leaves?(): void;
  /** @throws where what is set aside might not do for a question */
  checkReserve(): void;
  /** Sets money aside beside what the branch has. @throws where there is none left */
  reserve?(): Promise<void>;
  /** Whether a second call can be paid for. */
  mayPaySecond(): boolean;
  /** The answer is there, whole. */
  answered(): void;
  /** What is left to spend; `undefined` where no budget holds. */
  purse(): Purse | undefined;
}

/** A message that was paid for now, or before. */
export interface Paid {
  message: ModelMessage;
  /** `own`: an earlier try of the same branch had paid for it. */
  from: 'api' | 'journal' | 'own';
  /** US dollars that paying again would have cost; 0 where the price is unknown. */
  savedUsd: number;
}

/** Journal, limiter, prices and calls: in this process, or in another one. */
export interface ModelLayer {
  /** `false` where it has a key only if this process has the same; by default it has one. */
  readonly hasKey?: boolean | undefined;
  /**
   * Pays for an answer, unless the journal has it or somebody else is asking the same.
   *
   * @param form reads the answer, as `question.form` says
   * @throws what the call failed with, or the signal's reason
   */
  payOnce(question: LayerQuestion, payer: Payer, form: AnswerForm): Promise<Paid>;
  /** What an earlier try of the asker has paid for, and the journal has. Nothing is asked of an API. */
  paidBefore(question: LayerQuestion): Promise<Paid | undefined>;
  /** Has the calls of a branch cut that nobody waits for: where calls outlive their askers. */
  cutAsker?(asker: string): void;
}
