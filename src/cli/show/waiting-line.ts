import { formatDuration } from '../../contract/duration.js';
import type { LimiterSnapshot } from '../../contract/limiter.js';
import { gateText } from './gate-text.js';
import type { Situation } from './situation.js';

/** How many branches of a run there are, and how many of them have ended. */
export interface Standing {
  ended: number;
  total: number;
  /** Calls that wait to be allowed; none by default. */
  unallowed?: number;
  /** Whether the run adds branches: when all have ended it is about to begin others. */
  grows?: boolean;
}

/**
 * Says what the branches of a run wait for, the most telling reason first; `undefined` where nothing holds them back.
 *
 * Calls that wait to be allowed, a shut or closed gate of the limiter, a limit that is used up, the cap, retries, the task queue, the model, the fan-in.
 */
export function whyWaiting(
  { pending, limiters, backlog }: Situation,
  { ended, total, unallowed = 0, grows = false }: Standing,
  nowMs: number,
): string | undefined {
  if (unallowed > 0) return `a person has to allow ${count(unallowed)} ${unallowed === 1 ? 'call' : 'calls'}`;
  if (total > 0 && ended >= total) return grows ? 'the next step' : 'folding the answers in';
  const retrying = pending.filter(({ state }) => state === 'retrying');
  const atWork = pending.filter(({ state }) => state === 'running').length;
  // The limiter's own numbers tell the same, and more.
  const told = limiters.some(({ inFlight }) => inFlight > 0);
  const reasons = [
    ...limiters.flatMap((limiter) => held(limiter, nowMs)),
    ...(retrying.length > 0 ? [retryText(retrying, nowMs)] : []),
    ...(backlog !== null && backlog.pollers === 0 ? [`no worker takes from ${backlog.taskQueue}`] : []),
    ...(backlog !== null && backlog.tasks > 0
      ? [`${count(backlog.tasks)} in the task queue, the oldest for ${formatDuration(backlog.oldestMs)}`]
      : []),
    ...(atWork > 0 && !told ? [`${count(atWork)} at work`] : []),
  ];
  return reasons.length === 0 ? undefined : reasons.join(' · ');
}

function held({ modelClass, gate, cap, inFlight, waiting, buckets }: LimiterSnapshot, nowMs: number): string[] {
  if (gate.is === 'shut' || gate.is === 'closed') return [`limiter of ${modelClass} ${gateText(gate, 160, nowMs)}`];
  if (gate.is === 'probing') return [`limiter of ${modelClass}: one call tries whether it is open`];
  const usedUp = buckets.filter(({ remaining, refillsAtMs }) => remaining <= 0 && refillsAtMs > nowMs);
  const limits = usedUp.map(
    ({ name, refillsAtMs }) => `${name} used up, full again in ${formatDuration(refillsAtMs - nowMs)}`,
  );
  const calls = `${count(inFlight)} of ${count(cap)} calls in flight${waiting > 0 ? `, ${count(waiting)} wait` : ''}`;
  return [...limits, ...(inFlight > 0 || waiting > 0 ? [calls] : [])];
}

function retryText(retrying: Situation['pending'], nowMs: number): string {
  const next = Math.min(...retrying.map(({ nextAttemptAtMs }) => nextAttemptAtMs ?? nowMs));
  return `${count(retrying.length)} to be tried again, the next in ${formatDuration(Math.max(0, next - nowMs))}`;
}

function count(value: number): string {
  return value.toLocaleString('en');
}
