import { maxDurationMs } from '../../src/contract/duration.js';
import { badOption } from './refuse.js';

/** Milliseconds of each unit. Longer ones than days are longer than a timer may be. */
const unitMs = {
  ms: 1,
  millisecond: 1,
  milliseconds: 1,
  s: 1_000,
  sec: 1_000,
  secs: 1_000,
  second: 1_000,
  seconds: 1_000,
  m: 60_000,
  min: 60_000,
  mins: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hrs: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
} as const;

/** The unit of a duration that is a text. */
export type DurationUnit = keyof typeof unitMs;

/**
 * A duration as Temporal's own API takes it: milliseconds, or a text such as `30s`, `2m` or `1 day`. It is spelt out here because Temporal's
 * type comes from a package whose types a compiler may not find, and allows anything then.
 */
export type Duration = number | `${number}${DurationUnit}` | `${number} ${DurationUnit}`;

/**
 * Milliseconds of a duration.
 *
 * @throws ApplicationFailure `BadInput` where it is none, not longer than 0, or longer than 24 days
 */
export function millisecondsOf(option: string, duration: Duration): number {
  const ms = parsed(duration);
  if (ms >= 1 && ms <= maxDurationMs) return Math.round(ms);
  throw badOption(
    option,
    'milliseconds or a duration such as 500ms, 30s or 2m, longer than 0 and at most 24 days',
    duration,
  );
}

function parsed(duration: unknown): number {
  if (typeof duration === 'number') return duration;
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]+)$/i.exec(String(duration)) ?? [];
  const each = Object.hasOwn(unitMs, unit) ? unitMs[unit as DurationUnit] : Number.NaN;
  return typeof duration === 'string' ? Number(amount) * each : Number.NaN;
}
