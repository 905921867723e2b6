import type { ServerNotification } from '@modelcontextprotocol/sdk/types.js';

/** Milliseconds after which a client is told that a call is still going: many end one after a minute of silence. */
const everyMs = 15_000;

/**
 * Tells a client of progress. The specification wants a number that grows with each message, so that between two branches it
 * approaches the next whole one.
 */
export class ProgressTeller {
  #ended = 0;
  #silent = 0;
  readonly #beat: NodeJS.Timeout;

  /** @param token as the client gave it; without one it is told nothing */
  constructor(
    readonly token: string | number | undefined,
    readonly send: (notification: ServerNotification) => Promise<void>,
  ) {
    this.#beat = setInterval(() => {
      this.#silent += 1;
      this.#tell('still running');
    }, everyMs);
    this.#beat.unref();
  }

  tell(ended: number, message: string): void {
    this.#silent = ended === this.#ended ? this.#silent + 1 : 0;
    this.#ended = ended;
    this.#tell(message);
  }

  stop(): void {
    clearInterval(this.#beat);
  }

  #tell(message: string): void {
    if (this.token === undefined) return;
    const progress = this.#ended + this.#silent / (this.#silent + 1);
    const params = { progressToken: this.token, progress, message };
    // A client that is gone is told nothing more.
    this.send({ method: 'notifications/progress', params }).catch(() => {});
  }
}
