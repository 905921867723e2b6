import { Context } from '@temporalio/activity';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';

import type { Activities, LedgersByKey, UntoldInLanes } from '../src/contract/activities.js';
import type { StoredBranch } from '../src/contract/branch.js';
import { reportOf } from '../src/contract/lanes.js';
import type { Item } from '../src/contract/lanes.js';
import type { Ledger, ModelCall } from '../src/contract/model-call.js';
import { noLaneAnswered, outcomeOfSkip, withLedger } from '../src/contract/outcome.js';
import { askedAt, whyUnasked } from '../src/plan/item-request.js';
import { untold } from './ask/ledger.js';
import { boundOfCall } from './ask/question.js';
import { callOf } from './lane/lane-call.js';
import { untoldInLane } from './lane/untold-in-lane.js';
import type { ActivitiesSettings } from './settings.js';

/** `SCHEDULED` of Temporal's `PendingActivityState`: no worker has it. */
const scheduled = 1;

/** A try that has ended: what its ledger tells, and Temporal's number of the one that would come next. */
interface Ended {
  told: unknown;
  attempt: number;
}

/** The activities that tell what branches have spent of which nobody else does. */
export function createUntold(settings: ActivitiesSettings): Pick<Activities, 'untoldTries' | 'untoldInLanes'> {
  return { untoldTries: createUntoldTries(settings), untoldInLanes: createUntoldInLanes(settings) };
}

/**
 * The activity `untoldTries`. Temporal drops what an activity has told as soon as it is cut while no worker has it, so that its workflow asks
 * before.
 */
function createUntoldTries(settings: ActivitiesSettings): Activities['untoldTries'] {
  return async (given) => {
    const { client, info } = Context.current();
    const { workflowId = '', runId } = info.workflowExecution ?? {};
    const handle = client.workflow.getHandle(workflowId, runId);
    const converter = client.options.loadedDataConverter;
    /** By the id of the activity, and by the key of the branch. */
    const waiting = new Map<string, Ended>();
    const ended = new Map<string, Ended>((given ?? []).map(({ key, ledger }) => [key, { told: ledger, attempt: 2 }]));
    if (given === null) {
      const { raw } = await handle.describe();
      for (const { activityId, activityType, attempt, state, heartbeatDetails } of raw.pendingActivities ?? []) {
        if (activityType?.name !== 'askModel' || state !== scheduled || (attempt ?? 1) < 2) continue;
        const [told] = await decodeArrayFromPayloads(converter, heartbeatDetails?.payloads ?? null);
        waiting.set(activityId ?? '', { told, attempt: attempt ?? 1 });
      }
    }
    if (waiting.size === 0 && ended.size === 0) return {};
    const ledgers: { [key: string]: Ledger } = {};
    const context = { type: 'workflow' as const, namespace: client.options.namespace, workflowId };
    // The newest of a name is the one that is meant: a branch may have been begun anew.
    for (const event of ((await handle.fetchHistory()).events ?? []).toReversed()) {
      const { activityId, activityType, input } = event.activityTaskScheduledEventAttributes ?? {};
      if (activityType?.name !== 'askModel') continue;
      const [call] = (await decodeArrayFromPayloads(converter, input?.payloads ?? null, context)) as [ModelCall];
      const last = waiting.get(activityId ?? '') ?? ended.get(call.key);
      if (last === undefined || call.key in ledgers) continue;
      ledgers[call.key] = await ledgerOf(call, last, settings);
    }
    return ledgers satisfies LedgersByKey;
  };
}

async function ledgerOf(call: ModelCall, { told, attempt }: Ended, settings: ActivitiesSettings): Promise<Ledger> {
  // What it speaks of may be out of reach by now.
  const boundUsd = await boundOfCall(call, settings).catch(() => 0);
  return untold(told, attempt, boundUsd, call.ledger);
}

/** The activity `untoldInLanes`. */
function createUntoldInLanes(settings: ActivitiesSettings): Activities['untoldInLanes'] {
  const { store } = settings;
  return async (order) => {
    const outcomes: StoredBranch[] = [];
    for (const { chunk, firstIndex, begun } of order.chunks) {
      const items = JSON.parse(await store.readText(chunk)) as Item[];
      const lane = { ...order, chunk, firstIndex, timeoutMs: 0, attempts: 0 };
      for (const [index, ledger] of begun) {
        const place = index - firstIndex;
        const asked = askedAt(items, place, order.template);
        if (asked === undefined || whyUnasked(order.template, asked) !== undefined) continue;
        const call = callOf(lane, asked, place);
        outcomes.push(withLedger(outcomeOf(call, order), await untoldInLane(call, ledger ?? undefined, settings)));
      }
    }
    if (outcomes.length === 0) return { rest: null };
    const inOrder = outcomes.toSorted((one, other) => one.index - other.index);
    const { sha256, bytes } = await store.putText(JSON.stringify(inOrder));
    return { rest: reportOf({ sha256, bytes }, inOrder) };
  };
}

function outcomeOf({ key, index, queuedAtMs }: ReturnType<typeof callOf>, order: UntoldInLanes): StoredBranch {
  const isPoisoned = order.poisoned.includes(index);
  return {
    ...outcomeOfSkip({ key, index, queuedAtMs }, '', Date.now()),
    status: isPoisoned ? 'failed' : order.status,
    error: isPoisoned ? { type: 'WorkerEnded', message: noLaneAnswered } : order.error,
  };
}
