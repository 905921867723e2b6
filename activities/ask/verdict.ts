import type { Ledger, ModelCall } from '../../src/contract/model-call.js';
import { formatDuration } from '../../src/contract/duration.js';
import { failureTypes } from '../../src/contract/failures.js';
import type { FailureType } from '../../src/contract/failures.js';
import { deadlineMs, takeBack } from './ledger.js';
import { describeError } from '../../src/model/call/describe-error.js';
import { classify } from '../../src/model/call/error-table.js';
import { askedWaitMs, mostTriesAfter } from '../../src/model/layer/index.js';
import { longestRetryAfterMs, retryDelayMs } from '../../src/model/call/retry-delay.js';

/** What a failed try means for its branch. */
export interface Verdict {
  type: FailureType;
  message: string;
  /** Milliseconds until the next try; `undefined` where there is none. */
  retryInMs?: number;
  ledger: Ledger;
}

/**
 * Decides what becomes of a branch whose try has failed.
 *
 * Verdict-1. Every error is decided here: Temporal's own retry policy never ends.
 * Verdict-2. Being told to slow down uses up no try, whatever it is told how often.
 * Verdict-3. There is no waiting for a try that could only begin after the branch's time.
 *
 * @param ledger this try counted in it
 * @param random from 0 to below 1
 */
export function judge(error: unknown, call: ModelCall, ledger: Ledger, nowMs: number, random?: () => number): Verdict {
  const type = classify(error);
  const message = describeError(error);
  if (failureTypes[type] === 'final') return { type, message, ledger };
  const askedMs = askedWaitMs(error, nowMs);
  const throttled = type === 'RateLimited';
  if (askedMs !== undefined && askedMs > longestRetryAfterMs) {
    return {
      type,
      message: `${message}. ${tooLong(askedMs, nowMs)}`,
      ledger: throttled ? takeBack(ledger, nowMs) : ledger,
    };
  }
  if (throttled) {
    const paused = takeBack(ledger, nowMs);
    return {
      type,
      message,
      retryInMs: retryDelayMs({ askedMs, tries: paused.throttled, throttled }, random),
      ledger: paused,
    };
  }
  if (ledger.attempts >= Math.min(call.attempts, mostTriesAfter(error)))
    return exhausted(`the last with ${type}: ${message}`, call, ledger);
  const retryInMs = retryDelayMs({ askedMs, tries: ledger.attempts, throttled }, random);
  if (nowMs + retryInMs >= deadlineMs(ledger, call.timeoutMs, nowMs)) {
    const late = `The next try would begin after the branch's ${formatDuration(call.timeoutMs)}.`;
    return {
      type: 'TimedOut',
      message: `${late} ${triesOf(ledger)}, the last failed with ${type}: ${message}`,
      ledger,
    };
  }
  return { type, message, retryInMs, ledger };
}

/** The verdict on a branch whose tries are used up. */
export function exhausted(how: string, call: ModelCall, ledger: Ledger): Verdict {
  const tries = Math.min(call.attempts, ledger.attempts);
  const all = tries === 1 ? 'The only try' : `All ${tries} tries`;
  return { type: 'AttemptsExhausted', message: `${all} failed, ${how}`, ledger };
}

/** The verdict on a branch whose time is over. */
export function timedOut(call: ModelCall, ledger: Ledger): Verdict {
  return {
    type: 'TimedOut',
    message: `No answer within ${formatDuration(call.timeoutMs)}: ${triesOf(ledger)}.`,
    ledger,
  };
}

function triesOf({ attempts }: Ledger): string {
  return attempts === 1 ? '1 try' : `${attempts} tries`;
}

function tooLong(askedMs: number, nowMs: number): string {
  const until = new Date(Math.min(nowMs + askedMs, 8.64e15)).toISOString();
  return `The API asks to wait until ${until}, longer than the ${formatDuration(longestRetryAfterMs)} that a branch waits: try again then.`;
}
