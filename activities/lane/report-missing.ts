import { ApplicationFailure } from '@temporalio/common';

import type { Lane } from '../../src/contract/lanes.js';
import { outcomeOfFailure } from '../../src/contract/outcome.js';
import { describeError } from '../../src/model/call/describe-error.js';
import type { LaneReporter } from './lane-reporter.js';

/**
 * Where the store lacks the chunk, all documents of the lane have failed: no other lane would find it, and halving it would only ask more
 * often.
 */
export function reportMissing(
  { firstIndex, queuedAtMs }: Lane,
  places: number[],
  missing: Error,
  reporter: LaneReporter,
): void {
  const failure = ApplicationFailure.nonRetryable(describeError(missing), 'DocumentMissing');
  for (const place of places) {
    // The items' own keys are in the chunk.
    const index = firstIndex + place;
    reporter.add(outcomeOfFailure({ key: String(index), index, queuedAtMs }, failure, Date.now()));
  }
}
