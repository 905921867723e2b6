import type { CallOutcome } from '../../../src/model/limiter/index.js';
import { RateLimits } from '@fanfold/offline-model/limits';
import type { ApiFailure, Limits } from '@fanfold/offline-model/limits';
import type { VirtualClock } from './virtual-clock.js';

export interface SimulatedCall {
  inputTokens: number;
  outputTokens: number;
  latencyMs: number;
}

/** One way over the network, in milliseconds. */
const networkMs = 5;

/** The offline model's limits without its HTTP server, in virtual time. */
export class SimulatedApi {
  readonly #limits: RateLimits;
  open = 0;
  refused = 0;
  answered = 0;
  /** When each answer was sent, in milliseconds since the epoch. */
  readonly answeredAt: number[] = [];

  /** @param staleHeaders headers tell how things stood when the call came in, not when its answer went out */
  constructor(
    readonly clock: VirtualClock,
    limits: Limits,
    readonly staleHeaders = false,
  ) {
    this.#limits = new RateLimits(limits, () => clock.now());
  }

  async call({ inputTokens, outputTokens, latencyMs }: SimulatedCall): Promise<CallOutcome> {
    await this.clock.sleep(networkMs);
    this.open += 1;
    try {
      this.#limits.admit('sonnet', inputTokens, this.open);
    } catch (failure) {
      this.open -= 1;
      return this.#refuse(failure as ApiFailure);
    }
    this.#limits.generated('sonnet', outputTokens);
    const early = this.staleHeaders ? this.#headers() : undefined;
    await this.clock.sleep(latencyMs);
    this.open -= 1;
    this.answered += 1;
    this.answeredAt.push(this.clock.now());
    const headers = early ?? this.#headers();
    await this.clock.sleep(networkMs);
    return { is: 'answered', usage: { inputTokens, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 }, headers };
  }

  async #refuse({ headers: extra }: ApiFailure): Promise<CallOutcome> {
    this.refused += 1;
    const headers = this.#headers();
    const seconds = extra['retry-after'];
    await this.clock.sleep(networkMs);
    return {
      is: 'throttled',
      kind: 'rate',
      retryAfterMs: seconds === undefined ? undefined : Number(seconds) * 1_000,
      headers,
    };
  }

  #headers(): Headers {
    return new Headers(this.#limits.headers('sonnet'));
  }
}
