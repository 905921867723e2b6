import type { Beat, Ledger, ModelCall } from '../../src/contract/model-call.js';
import { isLedger, noLedger } from '../../src/contract/outcome.js';
import type { Usage } from '../../src/contract/run.js';
import { addCost, addUsage } from '../../src/contract/usage.js';

/**
 * The ledger of a try that begins.
 *
 * A try counts from its beginning, so that one whose worker was killed counts too. Temporal's own count says how many there
 * were at least: a worker that dies before its first heartbeat leaves no ledger, and a document that kills every worker must
 * not be tried for ever.
 *
 * @param heartbeatDetails what the last try left behind
 * @param attempt Temporal's number of this try, from 1
 * @param call may bring the ledger of an earlier activity of the same branch
 */
export function beginTry(
  heartbeatDetails: unknown,
  attempt: number,
  nowMs: number,
  { ledger: earlier, reserve }: Pick<ModelCall, 'ledger' | 'reserve'> = {},
): Ledger {
  const { words: _, isHandedOn: __, ...told }: Partial<Beat> = isLedger(heartbeatDetails) ? heartbeatDetails : {};
  const last: Ledger = { ...noLedger, ...earlier, ...told };
  const pausedMs = last.throttledAtMs === null ? 0 : Math.max(0, nowMs - last.throttledAtMs);
  return {
    ...last,
    attempts: Math.max(last.attempts, begunBefore(attempt, earlier) - uncounted(last)) + 1,
    startedAtMs: last.startedAtMs ?? nowMs,
    throttledMs: last.throttledMs + pausedMs,
    throttledAtMs: null,
    open: true,
    lostUsd: last.lostUsd + (mayHavePaid(heartbeatDetails, attempt, earlier) ? (reserve?.questionUsd ?? 0) : 0),
  };
}

/** Tries that are not counted among the attempts. */
function uncounted({ throttled = 0, handedOn = 0 }: Partial<Ledger> = {}): number {
  return throttled + handedOn;
}

/** Tries of the branch that have begun before this one, those of earlier activities included. */
function begunBefore(attempt: number, earlier?: Ledger): number {
  return (earlier?.attempts ?? 0) + uncounted(earlier) + attempt - 1;
}

/**
 * Whether the last try may have made a call of which its ledger does not tell: its worker died before it had ended, and before it
 * had counted a whole answer; or before its first word had arrived, where the ledger is that of a try before it.
 */
export function mayHavePaid(heartbeatDetails: unknown, attempt: number, earlier?: Ledger): boolean {
  if (!isLedger(heartbeatDetails)) return attempt > 1;
  const { attempts, open, answered } = heartbeatDetails;
  // A try that has found its answer is given back.
  const told = attempts + uncounted(heartbeatDetails) + (answered ? 1 : 0);
  return told < begunBefore(attempt, earlier) || (open !== false && answered !== true);
}

/** Whether the last try is known to have begun, and told nothing of its end: its worker died. Of a try that left nothing that is not known. */
export function lastTryDied(heartbeatDetails: unknown, attempt: number, earlier?: Ledger): boolean {
  if (!isLedger(heartbeatDetails) || heartbeatDetails.open === false) return false;
  return heartbeatDetails.attempts + uncounted(heartbeatDetails) >= begunBefore(attempt, earlier);
}

/**
 * The ledger of a branch that is cut and whose last try told nothing of its end.
 *
 * @param told what that try left behind
 * @param attempt Temporal's number of the try that would have come next, from 1
 * @param boundUsd the most that a call of it may have cost, in US dollars
 */
export function untold(told: unknown, attempt: number, boundUsd: number, earlier?: Ledger): Ledger {
  const { words: _, isHandedOn: __, ...beat }: Partial<Beat> = isLedger(told) ? told : {};
  const last: Ledger = { ...noLedger, ...earlier, ...beat };
  // A second call that raced the first may have been out as well.
  const calls = last.hedges > 0 ? 2 : 1;
  return {
    ...last,
    attempts: Math.max(last.attempts, begunBefore(attempt, earlier) - uncounted(last)),
    throttledAtMs: null,
    open: false,
    lostUsd: last.lostUsd + (mayHavePaid(told, attempt, earlier) ? calls * boundUsd : 0),
  };
}

/**
 * Counts what the last try had paid for, now that its answer has been found.
 *
 * @param mostUsd the most that the question may have cost: it counted as lost until now
 */
export function recover(ledger: Ledger, usage: Usage, costUsd: number | null, mostUsd: number): Ledger {
  const lostUsd = Math.max(0, ledger.lostUsd - mostUsd);
  return { ...spend(ledger, usage, costUsd), lostUsd, answered: true };
}

/** Takes the try back: the API did not refuse it, it asked for it later. */
export function takeBack(ledger: Ledger, nowMs: number): Ledger {
  return { ...ledger, attempts: ledger.attempts - 1, throttled: ledger.throttled + 1, throttledAtMs: nowMs };
}

/** Takes the try back: its worker ends, and the next one joins the call that goes on, or makes the first. */
export function handOn(ledger: Ledger): Ledger {
  return { ...ledger, attempts: ledger.attempts - 1, handedOn: (ledger.handedOn ?? 0) + 1, isHandedOn: true };
}

export function spend(ledger: Ledger, usage: Usage, costUsd: number | null, cacheSavedUsd = 0): Ledger {
  return {
    ...ledger,
    usage: addUsage(ledger.usage, usage),
    costUsd: addCost(ledger.costUsd, costUsd),
    cacheSavedUsd: ledger.cacheSavedUsd + cacheSavedUsd,
  };
}

/**
 * Counts the most that a call may have cost of which the API told nothing, or only the beginning.
 *
 * @param mostUsd the most that the question may cost
 */
export function lose(ledger: Ledger, toldUsd: number | null, mostUsd: number): Ledger {
  const unknownUsd = Math.max(0, mostUsd - (toldUsd ?? 0));
  return { ...ledger, lostUsd: ledger.lostUsd + unknownUsd };
}

/** When the branch's time is over, in milliseconds since the epoch. Pauses that the API asked for do not count. */
export function deadlineMs({ startedAtMs, throttledMs }: Ledger, timeoutMs: number, nowMs: number): number {
  // A clock that went back must not give the branch more time than it has.
  return Math.min((startedAtMs ?? nowMs) + throttledMs, nowMs) + timeoutMs;
}
