import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  isCancellation,
  sleep,
} from '@temporalio/workflow';

import { formatDuration } from '../../src/contract/duration.js';

/** Milliseconds before another try, and by how much the next wait is longer: those of Temporal's own retries. */
const pause = { firstMs: 1_000, growth: 2, mostMs: 30_000 };

/**
 * Calls a function until it has succeeded, has been tried so often, or its time is over.
 *
 * @param tried called with the number of each try
 * @throws what the last try threw, or ApplicationFailure `TimedOut`
 */
export async function tryOwn(
  run: () => unknown,
  { timeoutMs, attempts }: { timeoutMs: number | undefined; attempts: number },
  tried: (attempt: number) => void,
): Promise<unknown> {
  const outer = CancellationScope.current();
  const tries = async () => {
    for (let attempt = 1; ; attempt += 1) {
      tried(attempt);
      try {
        return await run();
      } catch (failure) {
        if (attempt >= attempts || isFinal(failure) || isCancellation(failure)) throw failure;
        await sleep(Math.min(pause.firstMs * pause.growth ** (attempt - 1), pause.mostMs), {
          summary: 'until it is tried again',
        });
      }
    }
  };
  if (timeoutMs === undefined) return tries();
  const scope = new CancellationScope({ cancellable: true, timeout: timeoutMs });
  try {
    return await scope.run(tries);
  } catch (failure) {
    const isOverdue = scope.consideredCancelled && !outer.consideredCancelled && isCancellation(failure);
    if (!isOverdue || !(failure instanceof Error)) throw failure;
    const message = `It did not end within ${formatDuration(timeoutMs)}.`;
    throw ApplicationFailure.create({ type: 'TimedOut', message, nonRetryable: true });
  }
}

/** Whether whoever threw it said that another try is of no use. */
function isFinal(failure: unknown): boolean {
  const isOfOthers = failure instanceof ActivityFailure || failure instanceof ChildWorkflowFailure;
  const cause = isOfOthers ? failure.cause : failure;
  return cause instanceof ApplicationFailure && cause.nonRetryable === true;
}
