import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from '@temporalio/client';

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
    const { client, execution } = this;
    const { workflowId, runId } = execution;
    const ask = () =>
      client.workflowService.getWorkflowExecutionHistory({
        namespace: client.options.namespace,
        execution: { workflowId, ...(runId !== undefined && { runId }) },
        waitNewEvent: true,
        historyEventFilterType: closeEvent,
      });
    try {
      for (;;) {
        const { history, nextPageToken } = await client.connection.withAbortSignal(this.#left.signal, ask);
        if ((history?.events?.length ?? 0) > 0) return;
        // Of a paused workflow the server waits for nothing.
        if ((nextPageToken?.length ?? 0) === 0) return await new Promise(() => {});
      }
    } catch {
      return new Promise(() => {});
    }
  }
}
