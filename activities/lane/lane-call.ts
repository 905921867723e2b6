import type { Item, Lane } from '../../src/contract/lanes.js';
import { inlineAnswersBytes } from '../../src/contract/limits.js';
import type { ModelCall } from '../../src/contract/model-call.js';

/** What a lane asks about one of its documents. */
export function callOf(lane: Lane, { key, text, call }: Item, place: number): ModelCall {
  const { template, offline, timeoutMs, attempts, queuedAtMs, freshSinceMs, hedge, chunk } = lane;
  return {
    key,
    index: lane.firstIndex + place,
    request: { ...template, document: { inline: text } },
    offline,
    timeoutMs,
    attempts,
    queuedAtMs,
    // Outcomes go to the store in batches, not into history.
    inlineBytes: Math.max(inlineAnswersBytes, Math.floor(4_000_000 / chunk.count)),
    ...(freshSinceMs !== undefined && { freshSinceMs }),
    ...(hedge !== undefined && { hedge }),
    ...call,
  };
}
