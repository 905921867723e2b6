import type { Client } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';

import { UnavailableError } from '../contract/errors.js';
import { UnreadablePayload } from '../payloads/index.js';
import type { HistoryEvent } from './history.js';

/** How long another worker has to turn up that can read the run, in milliseconds. */
const defaultPatienceMs = 10_000;

/**
 * Watches for a run that its worker cannot read: Temporal goes on trying for ever, and whoever follows it would wait for ever.
 */
export class UnreadRun {
  readonly #given = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #failure: UnavailableError | undefined;

  constructor(
    private readonly client: Client,
    private readonly left: AbortSignal,
    private readonly patienceMs = defaultPatienceMs,
  ) {}

  /** Aborted when the run was left, or has gone unread for too long. */
  get signal(): AbortSignal {
    return AbortSignal.any([this.left, this.#given.signal]);
  }

  /** Takes in the next event of the run. */
  async see(event: HistoryEvent): Promise<void> {
    // Another worker could; tasks that are only offered again prove nothing.
    if (event.workflowTaskCompletedEventAttributes) clearTimeout(this.#timer);
    const failed = event.workflowTaskFailedEventAttributes;
    if (!failed) return;
    const reason = await this.#reasonOf(failed.failure);
    if (reason === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#failure = new UnavailableError(
        'WorkerCannotRead',
        `The worker ${failed.identity} cannot read the run: ${reason}`,
        'Give workers and commands the same FANFOLD_ENCRYPTION_KEY. The run waits for a worker that can read it.',
      );
      this.#given.abort();
    }, this.patienceMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** @throws UnavailableError `WorkerCannotRead` */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #reasonOf(failure: Parameters<typeof decodeOptionalFailureToOptionalError>[1]): Promise<string | undefined> {
    try {
      const error = await decodeOptionalFailureToOptionalError(this.client.options.loadedDataConverter, failure);
      return failure?.applicationFailureInfo?.type === 'UnreadablePayload' ? error?.message : undefined;
    } catch (error) {
      // The worker has encrypted its complaint with a key of its own.
      if (error instanceof UnreadablePayload) return 'it has another encryption key.';
      throw error;
    }
  }
}
