/** Tokens that stand for an answer's fixed share of the time: the wait for the first token. */
const fixedTokens = 50;
/** How much slower than usual the latest answers may be; as in Netflix' Gradient2, only gentler. */
const tolerance = 2;
const fewestAnswers = 30;

/**
 * Notices when answers take longer than they used to, output for output: an API that is about to refuse slows down first. A short
 * average is compared with a long one, as in Gradient2 of Netflix' concurrency-limits. A lasting slowness becomes usual.
 */
export class LatencyGauge {
  #answers = 0;
  #latest = 0;
  #usual = 0;

  /** @returns whether answers are rising beyond what is usual */
  record(latencyMs: number, outputTokens: number): boolean {
    const perToken = latencyMs / (outputTokens + fixedTokens);
    this.#answers += 1;
    this.#latest += (perToken - this.#latest) / Math.min(this.#answers, 10);
    this.#usual += (perToken - this.#usual) / Math.min(this.#answers, 100);
    return this.#answers >= fewestAnswers && this.#latest > tolerance * this.#usual;
  }
}
