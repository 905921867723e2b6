/** Tokens of one call. Cache reads are not in `input`: they do not count towards the limits. */
export interface Tokens {
  input: number;
  output: number;
}

/** How many of the latest calls an average goes over. */
const window = 20;
/** Tokens of a call before the first answer. The number decides little, because no limit is known then. */
const firstGuess: Tokens = { input: 1_000, output: 500 };

/** Estimates the tokens of calls of one model class, from earlier estimates and what the calls cost. */
export class TokenEstimates {
  #answers = 0;
  #usual = firstGuess;
  #inputRatio = 1;

  get usual(): Tokens {
    return this.#usual;
  }

  /**
   * @param inputTokens the caller's estimate, if it has one
   * @returns what the limits will be charged: `max_tokens` is not, so output is what calls usually have
   */
  of(inputTokens: number | undefined): Tokens {
    const input = inputTokens === undefined ? this.#usual.input : inputTokens * this.#inputRatio;
    return { input, output: this.#usual.output };
  }

  learn(estimatedInput: number | undefined, { input, output }: Tokens): void {
    this.#answers = Math.min(this.#answers + 1, window);
    const weight = 1 / this.#answers;
    const blend = (old: number, fresh: number) => old + weight * (fresh - old);
    this.#usual = { input: blend(this.#usual.input, input), output: blend(this.#usual.output, output) };
    // The ratio is below 1 where a shared prefix is read from the prompt cache.
    if (estimatedInput) this.#inputRatio = blend(this.#inputRatio, Math.min(3, input / estimatedInput));
  }
}
