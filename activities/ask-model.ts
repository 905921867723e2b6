import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';

import type { Activities } from '../src/contract/activities.js';
import { outcomeOfAnswer } from '../src/contract/outcome.js';
import { checkCall } from './ask/check-call.js';
import { runAttempt } from './ask/run-attempt.js';
import { equipmentOf } from './ask/equipment.js';
import { BranchMetrics } from './branch/branch-metrics.js';
import { abortOf, activityHost } from './branch/host.js';
import type { ActivitiesSettings } from './settings.js';

/** Until then the pollers of a worker that ends have left the queue, in milliseconds: what they were given would be lost. */
const retryInMs = 200;

/** The activity `askModel`: one question to the Messages API per attempt. */
export function createAskModel(settings: ActivitiesSettings): Activities['askModel'] {
  const equipment = equipmentOf(settings);
  return async (call) => {
    checkCall(call);
    const metrics = new BranchMetrics();
    const told = Context.current().cancellationSignal;
    const { signal, letGo } = abortOf(told, settings);
    try {
      const answer = await runAttempt(call, activityHost(signal), equipment);
      metrics.record(call, outcomeOfAnswer(call, answer));
      return answer;
    } catch (failure) {
      if (failure instanceof CancelledFailure && !told.aborted) throw leftToOthers(failure);
      metrics.recordFailure(call, failure);
      throw failure;
    } finally {
      letGo();
    }
  };
}

/** What Temporal itself makes of a try that its worker's end has cut, sooner: by its policy the next one would wait for seconds. */
function leftToOthers({ message, details }: CancelledFailure): ApplicationFailure {
  return ApplicationFailure.create({ type: 'WorkerEnds', message, details: details ?? [], nextRetryDelay: retryInMs });
}
