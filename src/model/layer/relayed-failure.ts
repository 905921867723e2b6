import { FanfoldError } from '../../contract/errors.js';
import type { FailureType } from '../../contract/failures.js';
import { describeError } from '../call/describe-error.js';
import { classify } from '../call/error-table.js';
import { MalformedAnswer } from '../call/malformed-answer.js';
import { askedWaitMs } from './asked-wait.js';

/** What is told of a failed call to whoever asked for it from another process. Plain JSON. */
export interface CallFailure {
  /** `ReserveUsedUp` too: what is left of the purse might not do. */
  type: FailureType;
  message: string;
  /** Milliseconds until asking again makes sense, as the API or the limiter said. */
  retryAfterMs?: number | undefined;
  /** Most tries that make sense; any number by default. */
  mostTries?: number | undefined;
}

/** The error of a call that another process made. */
export class RelayedFailure extends FanfoldError {
  override readonly name = 'RelayedFailure';
  readonly retryAfterMs: number | undefined;
  readonly mostTries: number | undefined;

  constructor({ type, message, retryAfterMs, mostTries }: CallFailure) {
    super(type, message);
    this.retryAfterMs = retryAfterMs;
    this.mostTries = mostTries;
  }
}

/** What is told of an error, so that it is judged there as it would be here. */
export function callFailureOf(error: unknown, nowMs: number): CallFailure {
  const retryAfterMs = askedWaitMs(error, nowMs);
  const mostTries = mostTriesAfter(error);
  return {
    type: classify(error),
    message: describeError(error),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(mostTries < Infinity && { mostTries }),
  };
}

/** Most tries of a branch that got a whole answer which cannot be read: it is charged for, and hardly another one the next time. */
export function mostTriesAfter(error: unknown): number {
  if (error instanceof RelayedFailure) return error.mostTries ?? Infinity;
  return error instanceof MalformedAnswer || error instanceof SyntaxError ? 2 : Infinity;
}
