import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import type { FaultPlace } from './fault.js';

// message_start, content_block_start and the first piece of text.
const usualPlace = 3;

/** How many events are sent before the fault strikes. */
export function eventsBefore(place: FaultPlace | undefined, events: readonly RawMessageStreamEvent[]): number {
  if (typeof place !== 'string') return Math.min(place ?? usualPlace, events.length);
  const index = events.findIndex(({ type }) => type === place);
  return index < 0 ? events.length : index + 1;
}
