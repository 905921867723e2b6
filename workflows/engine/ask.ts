import { ActivityCancellationType, CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { Priority } from '@temporalio/common';

import type { Activities, LedgersByKey } from '../../src/contract/activities.js';
import type { Answer, ModelCall } from '../../src/contract/model-call.js';
import { taskQueues } from '../../src/contract/names.js';
import { finalPayloadFailures } from '../../src/contract/refused.js';
import { visibleLine } from '../../src/fold/visible-text.js';
import { activityIdOf } from './activity-id.js';
import { runPriority } from './run-priority.js';
import { countsTries, triesThatWait, withUntold } from './untold.js';

// The policy sets no `maximumAttempts`: the activity counts its attempts itself, because a "slow down" must use up none.
const retry = {
  initialInterval: '1s',
  backoffCoefficient: 2,
  maximumInterval: '30s',
  // An answer too large for Temporal has been paid for; asking again would pay for it again.
  nonRetryableErrorTypes: ['PayloadsTooLarge', ...finalPayloadFailures],
};

/** Milliseconds from the activity's own deadline to Temporal's: an attempt must have closed its call before the next may begin. */
const graceMs = 10_000;

/**
 * Time without a heartbeat after which a worker counts as dead and its branches begin anew. An activity heartbeats once a second.
 */
const heartbeatTimeout = '5s';

const { askModel } = proxyActivities<Activities>({ startToCloseTimeout: '10m' });

/** A branch that is younger has had no try that told nothing of its end, in milliseconds: it is cut at once. */
const leastAgeMs = 500;

/**
 * Asks the model in an activity of its own, shown in the Web UI as `summary`.
 *
 * Ask-1. A branch that is cut while it waits for another try costs what its tries have: these are asked about first, because Temporal drops
 *     with the activity what they have told.
 *
 * @param priority where it is another than the run's
 */
export async function ask(call: ModelCall, priority?: Priority): Promise<Answer> {
  const outer = CancellationScope.current();
  if (outer.consideredCancelled || !outer.cancellable) return begin(call, priority);
  const begunAtMs = Date.now();
  let told: LedgersByKey | undefined;
  let hasEnded = false;
  try {
    return await CancellationScope.nonCancellable(() => {
      const inner = new CancellationScope({ cancellable: true });
      outer.cancelRequested.catch(() => {
        if (hasEnded || Date.now() - begunAtMs < leastAgeMs || !countsTries()) return inner.cancel();
        return triesThatWait().then((ledgers) => {
          told = ledgers;
          inner.cancel();
        });
      });
      return inner.run(() => begin(call, priority));
    });
  } catch (failure) {
    throw await withUntold(failure, call, told);
  } finally {
    hasEnded = true;
  }
}

function begin(call: ModelCall, priority?: Priority): Promise<Answer> {
  return askModel.executeWithOptions(
    {
      ...activityIdOf(call.key),
      taskQueue: call.offline ? taskQueues.offlineModel : taskQueues.model,
      startToCloseTimeout: call.timeoutMs + graceMs,
      heartbeatTimeout,
      retry,
      priority: { ...runPriority(), ...priority },
      // A cancelled branch has ended when its call is closed and its spending is told, not when it is asked to stop.
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      summary: visibleLine(`${call.key} · ${call.offline ? 'offline model' : call.request.model}`),
    },
    [call],
  );
}
