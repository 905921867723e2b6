/** Times counted in steps that are even and round. */
export interface Bins {
  /** Where the first begins, in milliseconds. */
  leastMs: number;
  /** Width of each, in milliseconds. */
  stepMs: number;
  counts: number[];
  /** What each goes up to: no two are alike. */
  labels: string[];
}

/** Most bins. */
const most = 24;

/** Share of the longest time below which nothing may lie without the axis beginning there. */
const blankShare = 0.5;

/** Steps of a decimal place. */
const steps = [1, 2, 2.5, 5, 10];

const secondMs = 1_000;
const minuteMs = 60_000;

/**
 * Counts times by even steps.
 *
 * @param sortedMs milliseconds, rising, one at least
 */
export function binsOf(sortedMs: readonly number[]): Bins {
  const longest = Math.max(1, sortedMs.at(-1) ?? 1);
  const shortest = sortedMs[0] ?? 0;
  // Where all took about as long, an axis from nothing would be blank for the most part.
  const from = shortest > longest * blankShare ? longest * blankShare : 0;
  const unit = unitOf(longest);
  const stepMs = roundStep((longest - from) / (most - 1), unit.ms);
  const first = Math.floor(from / stepMs);
  const leastMs = first * stepMs;
  const count = Math.floor(longest / stepMs) - first + 1;
  const counts = Array.from<number>({ length: count }).fill(0);
  for (const ms of sortedMs) {
    const bin = binOf(ms, { leastMs, stepMs, counts });
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { leastMs, stepMs, counts, labels: counts.map((_, bin) => edgeOf((first + bin + 1) * stepMs, stepMs, unit)) };
}

/** The bin that a time falls into. */
export function binOf(ms: number, { leastMs, stepMs, counts }: Pick<Bins, 'leastMs' | 'stepMs' | 'counts'>): number {
  return Math.max(0, Math.min(counts.length - 1, Math.floor((ms - leastMs) / stepMs)));
}

interface Unit {
  name: string;
  ms: number;
}

/** The unit in which the longest time is said. */
function unitOf(longestMs: number): Unit {
  if (longestMs < secondMs) return { name: 'ms', ms: 1 };
  return longestMs < 2 * minuteMs ? { name: 's', ms: secondMs } : { name: 'm', ms: minuteMs };
}

/** The smallest step that is not smaller and is round in the unit, in milliseconds: a whole one at least. */
function roundStep(ms: number, unitMs: number): number {
  const place = 10 ** Math.floor(Math.log10(Math.max(1, ms) / unitMs));
  const step = steps.map((each) => each * place * unitMs).find((each) => each >= ms) ?? 10 * place * unitMs;
  return Math.max(1, Math.ceil(step - 1e-6));
}

/** A time with as many decimals as its step has. */
function edgeOf(ms: number, stepMs: number, unit: Unit): string {
  return `to ${(ms / unit.ms).toFixed(decimalsOf(stepMs / unit.ms))} ${unit.name}`;
}

/** Decimals that tell multiples of a step from each other. */
function decimalsOf(step: number): number {
  const found = [0, 1, 2].find((decimals) => Math.abs(step - Number(step.toFixed(decimals))) < step / 100);
  return found ?? 3;
}
