import { InputError } from './errors.js';

const unitMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

const ageUnitMs: Record<string, number> = { ...unitMs, d: 86_400_000 };

const maxAgeMs = 36_500 * 86_400_000;

/** Longest duration that Node's timers hold: 2^31 - 1 ms, about 24.8 days. */
export const maxDurationMs = 2_147_483_647;

/**
 * Milliseconds of a duration such as `500ms`, `1.5s`, `2m` or `24h`.
 *
 * @throws InputError naming `option`, what was expected and what came
 */
export function parseDuration(text: string, option: string): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim()) ?? [];
  const ms = Math.round(Number(amount) * (unitMs[unit] ?? Number.NaN));
  if (amount === '' || !(ms > 0 && ms <= maxDurationMs)) {
    throw new InputError(
      `Expected \`${option}\` to be a duration such as 500ms, 30s or 2m, longer than 0 and at most 24 days, got \`${text}\`.`,
    );
  }
  return ms;
}

/**
 * Milliseconds of an age such as `12h`, `30d` or `720h`; unlike a duration nobody has to wait for it, so that it may be long.
 *
 * @throws InputError naming `option`, what was expected and what came
 */
export function parseAge(text: string, option: string): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(s|m|h|d)$/.exec(text.trim()) ?? [];
  const ms = Math.round(Number(amount) * (ageUnitMs[unit] ?? Number.NaN));
  if (amount === '' || !(ms > 0 && ms <= maxAgeMs)) {
    throw new InputError(
      `Expected \`${option}\` to be an age such as 12h, 30d or 720h, longer than 0 and at most 36,500 days, got \`${text}\`.`,
    );
  }
  return ms;
}

/** A duration for people, three figures at most: `340 ms`, `1.2 s`, `3 m 20 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} m` : `${minutes} m ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
}
