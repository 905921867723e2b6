import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from '@temporalio/client';

import { eitherSignal } from '../network/index.js';

/** Of Temporal's `HistoryEventFilterType`. */
const closeEvent = 2;

/** The end of one execution, which the server is asked for only when somebody waits. */
export class RunEnd {
  readonly #left = new AbortController();
  #end: Promise<void> | undefined;

  constructor(
    private readonly client: Client,
    private readonly execution: { workflowId: string; runId?: string },
  ) {}

  /** Waits for so many milliseconds, or until the execution has ended where that is sooner. */
  async within(ms: number): Promise<void> {
    this.#end ??= this.#ask();
    const over = new AbortController();
    await Promise.race([this.#end, sleep(ms, undefined, { signal: over.signal }).catch(() => {})]);
    over.abort();
  }

  /** Asks no more. */
  leave(): void {
    this.#left.abort();
  }

  /** Where it cannot be asked, nothing is said: what was to be waited for is waited for. */
  async #ask(): Promise<void> {
    try {
      for (;;) {
        const { history, nextPageToken } = await this.#askOnce();
        if ((history?.events?.length ?? 0) > 0) return;
        // Of a paused workflow the server waits for nothing.
        if ((nextPageToken?.length ?? 0) === 0) break;
      }
    } catch {
      // The run is followed all the same.
    }
    return new Promise(() => {});
  }

  async #askOnce() {
    const { client, execution } = this;
    const { workflowId, runId } = execution;
    // Every call has a signal of its own: the SDK never removes its listener.
    const own = eitherSignal(this.#left.signal);
    try {
      return await client.connection.withAbortSignal(own.signal, () =>
        client.workflowService.getWorkflowExecutionHistory({
          namespace: client.options.namespace,
          execution: { workflowId, ...(runId !== undefined && { runId }) },
          waitNewEvent: true,
          historyEventFilterType: closeEvent,
        }),
      );
    } finally {
      own.letGo();
    }
  }
}
