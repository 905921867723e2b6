import type { Client } from '@temporalio/client';
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/index.js';

import type { Beat, Ledger } from '../contract/model-call.js';
import { isLedger } from '../contract/outcome.js';

import type { Execution } from './history.js';
import { idOfChild } from './own-branches.js';

/** A branch that has been scheduled and has no outcome yet, as the server sees it now. */
export interface PendingBranch {
  activityId: string;
  state: 'waiting' | 'running' | 'retrying';
  /** Spending of its attempts, as the last heartbeat told. */
  ledger?: Ledger;
  /** The newest words of its answer, as the last heartbeat told, where the model streams it. */
  words?: string;
  /** Start of the current state, milliseconds since the epoch. */
  sinceMs: number | null;
  /** Type and message of the last attempt's failure. */
  lastFailure?: { type: string; message: string };
  /** When the next attempt may begin, milliseconds since the epoch. */
  nextAttemptAtMs?: number;
}

const activityStarted = 2;

/** What the run asks about itself. */
const aboutItself: ReadonlySet<unknown> = new Set(['isSearchable', 'untoldTries', 'untoldInLane']);

/** The branches of a run that Temporal is waiting for. Asks the server only: no worker is needed. */
export async function pendingBranches(client: Client, execution: Execution): Promise<PendingBranch[]> {
  const { raw } = await client.workflow.getHandle(execution.workflowId, execution.runId).describe();
  const branches = (raw.pendingActivities ?? []).filter(({ activityType }) => !aboutItself.has(activityType?.name));
  const pending = branches.map(async (activity): Promise<PendingBranch> => {
    const running = activity.state === activityStarted;
    const converter = client.options.loadedDataConverter;
    const lastFailure = await decodeOptionalFailureToOptionalError(converter, activity.lastFailure);
    const [beat] = await decodeArrayFromPayloads(converter, activity.heartbeatDetails?.payloads ?? null);
    const nextAttemptAtMs = millis(activity.nextAttemptScheduleTime);
    return {
      activityId: activity.activityId ?? '',
      state: running ? 'running' : (activity.attempt ?? 1) > 1 ? 'retrying' : 'waiting',
      ...(isLedger(beat) && { ledger: beat, ...(running && wordsOf(beat)) }),
      sinceMs: millis(running ? activity.lastStartedTime : activity.scheduledTime),
      ...(lastFailure && {
        lastFailure: {
          type: activity.lastFailure?.applicationFailureInfo?.type ?? 'Timeout',
          message: lastFailure.message,
        },
      }),
      ...(nextAttemptAtMs !== null && { nextAttemptAtMs }),
    };
  });
  const children = (raw.pendingChildren ?? []).map(({ initiatedId }): PendingBranch => ({
    activityId: idOfChild(initiatedId),
    state: 'running',
    sinceMs: null,
  }));
  return [...(await Promise.all(pending)), ...children];
}

function wordsOf({ words }: Beat): Pick<PendingBranch, 'words'> {
  return typeof words === 'string' ? { words } : {};
}

function millis(time: { seconds?: unknown; nanos?: number | null } | null | undefined): number | null {
  return time ? Number(time.seconds ?? 0) * 1_000 + Math.floor((time.nanos ?? 0) / 1e6) : null;
}
