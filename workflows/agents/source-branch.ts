import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';

import type { Activities } from '../../src/contract/activities.js';
import type { GatherPlan } from '../../src/plan/gather-plan.js';
import type { Hit, Source } from '../../src/contract/source.js';
import { visibleLine } from '../../src/fold/visible-text.js';
import { taskQueues } from '../../src/contract/names.js';
import { activityIdOf } from '../engine/activity-id.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import type { Branch } from '../engine/branch.js';

const { searchSource } = proxyActivities<Activities>({ startToCloseTimeout: '1m' });

/** A branch that searches one source. */
export function sourceBranch(
  source: Source,
  { question, policy }: { question: string; policy: Pick<GatherPlan['policy'], 'timeoutMs' | 'attempts'> },
  key = source.name,
): Branch {
  const timeoutMs = ('timeoutMs' in source ? source.timeoutMs : undefined) ?? policy.timeoutMs;
  return {
    key,
    boundUsd: 0,
    run: (place) =>
      searchSource.executeWithOptions(
        {
          ...activityIdOf(key),
          taskQueue: taskQueues.io,
          startToCloseTimeout: timeoutMs,
          // The timeout covers all tries and the waits between them.
          scheduleToCloseTimeout: timeoutMs * policy.attempts,
          heartbeatTimeout: '5s',
          retry: { initialInterval: '500ms', maximumInterval: '10s', maximumAttempts: policy.attempts },
          cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
          summary: visibleLine(key),
        },
        [{ ...place, source, question }],
      ),
  };
}

/** The hits of a source; none where it is not ok. */
export function hitsOf({ status, output }: StoredBranch): Hit[] {
  const isThere = status === 'ok' && output !== undefined && 'inline' in output;
  return isThere ? (output.inline as { hits: Hit[] }).hits : [];
}
