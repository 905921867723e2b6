import type { Branch } from '../../contract/run.js';
import { dollarText } from '../../contract/usage.js';
import { visibleLine } from '../../fold/visible-text.js';

export function durationOf(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 9_950 ? 1 : 0)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
}

export function costOf(usd: number | null): string {
  return usd === null ? 'unknown' : dollarText(usd);
}

export function numberOf(count: number): string {
  return count.toLocaleString('en');
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');
}

/** A time as a reader of reports needs it: to the minute, in UTC. */
export function timeOf(rfc3339: string): string {
  return `${rfc3339.slice(0, 16).replace('T', ' ')} UTC`;
}

/** Remarkable things about a branch, in words. */
export function marksOf({ attempts, hedged, reused, from, status }: Branch): string[] {
  return [
    ...(from !== undefined ? [`from ${visibleLine(from)}`] : reused ? ['from the journal'] : []),
    ...(hedged ? ['hedged'] : []),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
    ...(status === 'late' ? ['late'] : []),
  ];
}
