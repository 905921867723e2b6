import type { Ledger } from '../src/contract/activities.js';
import { isLedger, noLedger } from '../src/contract/outcome.js';
import type { Usage } from '../src/contract/run.js';
import { addCost, addUsage } from '../src/contract/usage.js';

/**
 * The ledger of a try that begins.
 *
 * A try counts from its beginning, so that one whose worker was killed counts too. Temporal's own count says how many there
 * were at least: a worker that dies before its first heartbeat leaves no ledger, and a document that kills every worker must
 * not be tried for ever.
 *
 * @param heartbeatDetails what the last try left behind
 * @param attempt Temporal's number of this try, from 1
 */
export function beginTry(heartbeatDetails: unknown, attempt: number, nowMs: number): Ledger {
  const last = isLedger(heartbeatDetails) ? { ...noLedger, ...heartbeatDetails } : noLedger;
  const pausedMs = last.throttledAtMs === null ? 0 : Math.max(0, nowMs - last.throttledAtMs);
  return {
    ...last,
    attempts: Math.max(last.attempts, attempt - 1 - last.throttled) + 1,
    startedAtMs: last.startedAtMs ?? nowMs,
    throttledMs: last.throttledMs + pausedMs,
    throttledAtMs: null,
  };
}

/** Takes the try back: the API did not refuse it, it asked for it later. */
export function takeBack(ledger: Ledger, nowMs: number): Ledger {
  return { ...ledger, attempts: ledger.attempts - 1, throttled: ledger.throttled + 1, throttledAtMs: nowMs };
}

export function spend(ledger: Ledger, usage: Usage, costUsd: number | null): Ledger {
  return { ...ledger, usage: addUsage(ledger.usage, usage), costUsd: addCost(ledger.costUsd, costUsd) };
}

/** When the branch's time is over, in milliseconds since the epoch. Pauses that the API asked for do not count. */
export function deadlineMs({ startedAtMs, throttledMs }: Ledger, timeoutMs: number, nowMs: number): number {
  // A clock that went back must not give the branch more time than it has.
  return Math.min((startedAtMs ?? nowMs) + throttledMs, nowMs) + timeoutMs;
}
