/** Time limits of patterns, in milliseconds. */
export interface PatternLimits {
  /**
   * The limit of one pattern over a text, a source's answer or a model's answer; 1 s by default. An honest regular expression
   * takes a few milliseconds for 400 KB, and one that has backtracked for a second will do so for an hour.
   */
  eachMs: number;
  /** The limit of all slow patterns of a run in this process; 10 s by default, within a branch's usual time. */
  runMs: number;
}

export const patternLimits: PatternLimits = { eachMs: 1_000, runMs: 10_000 };

/** Patterns that take less are not counted for their run: an honest pattern may check a hundred thousand answers. */
const uncountedMs = 20;

/** Runs that are remembered. */
const mostRuns = 1_000;

/** The time that slow patterns of each run have taken. */
export class PatternTimes {
  readonly #takenMs = new Map<string, number>();

  constructor(readonly limits: PatternLimits) {}

  /** The time that the next pattern of a run may take, in milliseconds; 0 where the run's time is over. */
  leftMs(run: string): number {
    return Math.max(0, Math.min(this.limits.eachMs, this.limits.runMs - (this.#takenMs.get(run) ?? 0)));
  }

  took(run: string, ms: number): void {
    if (ms < uncountedMs) return;
    this.#takenMs.set(run, (this.#takenMs.get(run) ?? 0) + ms);
    const [oldest] = this.#takenMs.keys();
    if (this.#takenMs.size > mostRuns && oldest !== undefined) this.#takenMs.delete(oldest);
  }
}
