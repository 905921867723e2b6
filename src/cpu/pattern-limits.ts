/** How long patterns may take, in milliseconds. */
export interface PatternLimits {
  /**
   * One of them: over a text, an answer of a source, or an answer of the model. 1 s by default: an honest regular expression takes
   * 400 KB in a few milliseconds, and one that has backtracked for a second will for an hour.
   */
  eachMs: number;
  /** All of a run that took long, in this process. 10 s by default, within the time that a branch has by default. */
  runMs: number;
}

export const patternLimits: PatternLimits = { eachMs: 1_000, runMs: 10_000 };

/** What takes less is not counted for its run: a hundred thousand answers are checked against an honest pattern in one. */
const uncountedMs = 20;

/** Runs that are remembered. */
const mostRuns = 1_000;

/** What the slow patterns of each run have taken. */
export class PatternTimes {
  readonly #takenMs = new Map<string, number>();

  constructor(readonly limits: PatternLimits) {}

  /** What the next pattern of a run may take, in milliseconds; 0 where the run's time is over. */
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
