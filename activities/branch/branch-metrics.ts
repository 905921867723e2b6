import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Logger, MetricCounter, MetricHistogram, MetricTags } from '@temporalio/common';

import type { ModelCall } from '../../src/contract/model-call.js';
import { outcomeOfFailure } from '../../src/contract/outcome.js';
import type { StoredBranch } from '../../src/contract/branch.js';

/** Counts and logs what branches that asked a model have used and how long they took; the names are listed in docs/limits.md. */
export class BranchMetrics {
  readonly #tokens: MetricCounter;
  readonly #costMicroUsd: MetricCounter;
  readonly #savedMicroUsd: MetricCounter;
  readonly #branches: MetricCounter;
  readonly #reused: MetricCounter;
  readonly #seconds: MetricHistogram;
  readonly #log: Logger;

  /** Metrics of the activity that runs now; its task queue is a label of each. */
  constructor({ metricMeter: meter, log } = Context.current()) {
    this.#log = log;
    this.#tokens = meter.createCounter('fanfold_tokens');
    this.#costMicroUsd = meter.createCounter('fanfold_cost_micro_usd');
    this.#savedMicroUsd = meter.createCounter('fanfold_saved_micro_usd');
    this.#branches = meter.createCounter('fanfold_branches');
    this.#reused = meter.createCounter('fanfold_journal_hits');
    this.#seconds = meter.createHistogram('fanfold_branch_seconds', 'float');
  }

  /** A branch has ended. */
  record(call: Pick<ModelCall, 'request'>, outcome: StoredBranch): void {
    const { usage, costUsd, savedUsd, latency, status, reused } = outcome;
    this.#log.info('Branch ended', entryOf(outcome));
    const model: MetricTags = { model: outcome.model ?? call.request.model };
    this.#branches.add(1, { ...model, status });
    if (reused) this.#reused.add(1, model);
    const tokens = {
      input: usage.inputTokens,
      output: usage.outputTokens,
      cache_read: usage.cacheReadTokens,
      cache_write: usage.cacheWriteTokens,
    };
    for (const [kind, count] of Object.entries(tokens)) if (count > 0) this.#tokens.add(count, { ...model, kind });
    if (costUsd !== null) this.#costMicroUsd.add(Math.round(costUsd * 1e6), model);
    this.#savedMicroUsd.add(Math.round(savedUsd * 1e6), model);
    const parts = {
      queued: latency.queuedMs,
      model: latency.modelMs,
      retry_wait: latency.retryWaitMs,
      total: latency.totalMs,
    };
    for (const [part, ms] of Object.entries(parts)) this.#seconds.record(ms / 1_000, { ...model, part });
  }

  /** An attempt has failed; if no other follows, its branch has ended. */
  recordFailure(call: ModelCall, failure: unknown): void {
    if (!(failure instanceof ApplicationFailure) || !failure.nonRetryable) return;
    // The branch goes on in another activity, if the budget has more for it.
    if (failure.type === 'ReserveUsedUp') return;
    this.record(call, outcomeOfFailure(call, failure, Date.now()));
  }
}

/** The fields of a branch's log line. Nothing of what was asked or answered is among them. */
function entryOf({ key, index, status, attempts, reused, usage, costUsd, latency, error }: StoredBranch) {
  return {
    branch: key,
    index,
    status,
    attempts,
    reused,
    inputTokens: usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
    outputTokens: usage.outputTokens,
    costUsd,
    ...latency,
    ...(error !== undefined && { errorType: error.type }),
  };
}
