import type { Client } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';

import { UnavailableError } from '../contract/errors.js';
import { payloadFailures } from '../contract/refused.js';
import { isEncrypted, UnreadablePayload } from '../payloads/index.js';
import type { HistoryEvent } from './history.js';
import { isEncrypting } from './start-run.js';

/** Failures of a workflow task whose worker cannot read the run, or refuses to. */
const unreadTypes: ReadonlySet<unknown> = new Set(payloadFailures);

/** Milliseconds for another worker to appear that can read the run. */
const defaultPatienceMs = 10_000;

/**
 * Watches for a run that its worker cannot read. Temporal would go on trying for ever, and a command that follows the run would
 * wait for ever.
 */
export class UnreadRun {
  readonly #given = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;
  #failure: UnavailableError | undefined;

  constructor(
    private readonly client: Client,
    private readonly left: AbortSignal,
    private readonly patienceMs = defaultPatienceMs,
  ) {}

  /** Aborted when the run is left, or has gone unread for too long. */
  get signal(): AbortSignal {
    return AbortSignal.any([this.left, this.#given.signal]);
  }

  /** Takes in the next event of the run. */
  async see(event: HistoryEvent): Promise<void> {
    this.#watchActivities(event);
    // Another worker may be able to read it. A task that is only offered again proves nothing.
    if (event.workflowTaskCompletedEventAttributes) clearTimeout(this.#timer);
    const failed = event.workflowTaskFailedEventAttributes;
    if (!failed) return;
    const reason = await this.#reasonOf(failed.failure);
    if (reason === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#giveUp(failed.identity, reason), this.patienceMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
  }

  #giveUp(identity: string | null | undefined, reason: string): void {
    this.#failure ??= new UnavailableError(
      'WorkerCannotRead',
      `The worker ${identity} cannot read the run: ${reason}`,
      'Give workers and commands the same FANFOLD_ENCRYPTION_KEY. The run waits for a worker that can read it.',
    );
    this.#given.abort();
  }

  /** Watches the activities. A refused one is tried again without an event, and can belong to a run that began without a key. */
  #watchActivities({ workflowExecutionStartedEventAttributes: started }: HistoryEvent): void {
    const payloads = started?.input?.payloads ?? [];
    if (!started?.workflowId || !isEncrypting(this.client) || payloads.every(isEncrypted)) return;
    const handle = this.client.workflow.getHandle(started.workflowId);
    const look = async () => {
      const { raw } = await handle.describe();
      for (const { lastFailure, lastWorkerIdentity } of raw.pendingActivities ?? []) {
        const reason = await this.#reasonOf(lastFailure);
        if (reason !== undefined) this.#giveUp(lastWorkerIdentity, `${reason} It is of the run ${started.workflowId}.`);
      }
    };
    clearInterval(this.#watch);
    this.#watch = setInterval(() => void look().catch(() => {}), this.patienceMs);
  }

  /** @throws UnavailableError `WorkerCannotRead` */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #reasonOf(failure: Parameters<typeof decodeOptionalFailureToOptionalError>[1]): Promise<string | undefined> {
    try {
      const error = await decodeOptionalFailureToOptionalError(this.client.options.loadedDataConverter, failure);
      return unreadTypes.has(failure?.applicationFailureInfo?.type) ? error?.message : undefined;
    } catch (error) {
      // The worker has encrypted its message with a key of its own.
      if (error instanceof UnreadablePayload) return 'it has another encryption key.';
      throw error;
    }
  }
}
