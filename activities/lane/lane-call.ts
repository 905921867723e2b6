import type { Lane } from '../../src/contract/lanes.js';
import { inlineAnswersBytes } from '../../src/contract/limits.js';
import type { ModelCall } from '../../src/contract/model-call.js';
import { itemRequest } from '../../src/plan/item-request.js';
import type { Asked } from '../../src/plan/item-request.js';

/** What calls have of their lane. */
type CallingLane = Pick<
  Lane,
  'template' | 'offline' | 'timeoutMs' | 'attempts' | 'queuedAtMs' | 'freshSinceMs' | 'hedge' | 'chunk' | 'firstIndex'
>;

/** What a lane asks about one of its items. */
export function callOf(lane: CallingLane, asked: Asked, place: number): ModelCall {
  const { request: _, ...own } = asked.item.call ?? { request: undefined };
  const { template, offline, timeoutMs, attempts, queuedAtMs, freshSinceMs, hedge, chunk } = lane;
  return {
    key: asked.key,
    index: lane.firstIndex + place,
    request: itemRequest(template, asked),
    offline,
    timeoutMs,
    attempts,
    queuedAtMs,
    // Outcomes go to the store in batches, not into history.
    inlineBytes: Math.max(inlineAnswersBytes, Math.floor(4_000_000 / chunk.count)),
    ...(freshSinceMs !== undefined && { freshSinceMs }),
    ...(hedge !== undefined && { hedge }),
    ...own,
  };
}
