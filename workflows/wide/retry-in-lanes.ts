import { ApplicationFailure } from '@temporalio/common';
import { defineUpdate, setHandler } from '@temporalio/workflow';

import { updateNames } from '../../src/contract/names.js';
import type { Selection } from '../engine/controls.js';
import { allIsTakenIn } from '../engine/taken-in.js';

const retryFailed = defineUpdate<string[], [Selection | null | undefined]>(updateNames.retryFailed);

/**
 * Handles the update that begins failed branches of lanes anew: all of them, because their keys are in the store. Their former
 * outcomes stay in the reports, and their cost on the bill. The update returns how many they are, in words.
 *
 * @param isPossible whether there are any while the run goes on
 * @param begin begins them, and returns how many they are
 */
export function handleRetry(isPossible: () => boolean, begin: () => number): void {
  const retry = async (selection: Selection | null | undefined) => {
    await allIsTakenIn();
    const keys = typeof selection === 'object' && !Array.isArray(selection) ? selection?.keys : selection;
    if (keys !== undefined) {
      throw refused('Expected no keys for a run in lanes, which begins all of its failed branches anew.');
    }
    if (!isPossible()) throw refused('No branch has ended that is not ok and can be begun anew.');
    const count = begin();
    return [`${count} ${count === 1 ? 'branch' : 'branches'}`];
  };
  setHandler(retryFailed, retry, {
    description: 'Begins all branches anew that have ended and are not ok, while the run goes on.',
  });
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'NotPossible');
}
