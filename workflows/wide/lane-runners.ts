import { isCancellation } from '@temporalio/workflow';
import type { CancellationScope } from '@temporalio/workflow';

/**
 * Those who run lanes, each one after the other.
 *
 * LaneRunners-1. Whoever has found nothing more to do can be sent again, as long as others run.
 */
export class LaneRunners {
  readonly #running = new Set<Promise<void>>();
  readonly #idle: number[] = [];
  #failure: { reason: unknown } | undefined;

  /**
   * @param scope of all lanes
   * @param run runs lanes of a width until there is nothing to do
   */
  constructor(
    readonly scope: CancellationScope,
    readonly run: (width: number) => Promise<void>,
  ) {}

  /** @param widths most calls at once, one for each runner */
  send(widths: readonly number[]): void {
    for (const width of widths) this.#send(width);
  }

  /** Sends those again that have found nothing to do. */
  sendAgain(): void {
    this.send(this.#idle.splice(0));
  }

  /**
   * Comes back when all have ended, those included who were sent meanwhile.
   *
   * @throws what the first threw that was not cancelled
   */
  async ended(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    if (this.#failure !== undefined) throw this.#failure.reason;
  }

  #send(width: number): void {
    const running: Promise<void> = this.scope
      .run(() => this.run(width))
      .then(
        () => void this.#idle.push(width),
        (reason: unknown) => {
          if (!isCancellation(reason)) this.#failure ??= { reason };
        },
      )
      .then(() => void this.#running.delete(running));
    this.#running.add(running);
  }
}
