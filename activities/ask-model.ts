import type { Activities } from '../src/contract/activities.js';
import { outcomeOfAnswer } from '../src/contract/outcome.js';
import { checkCall } from './ask/check-call.js';
import { runAttempt } from './ask/run-attempt.js';
import { equipmentOf } from './ask/equipment.js';
import { BranchMetrics } from './branch/branch-metrics.js';
import { activityHost } from './branch/host.js';
import type { ActivitiesSettings } from './settings.js';

/** The activity `askModel`: one question to the Messages API per attempt. */
export function createAskModel(settings: ActivitiesSettings): Activities['askModel'] {
  const equipment = equipmentOf(settings);
  return async (call) => {
    checkCall(call);
    const metrics = new BranchMetrics();
    try {
      const answer = await runAttempt(call, activityHost(), equipment);
      metrics.record(call, outcomeOfAnswer(call, answer));
      return answer;
    } catch (failure) {
      metrics.recordFailure(call, failure);
      throw failure;
    }
  };
}
