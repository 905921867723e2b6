import type { Priority } from '@temporalio/common';

import type { Place, StoredBranch } from '../../src/contract/branch.js';
import type { Answer, ModelCall } from '../../src/contract/model-call.js';
import { outcomeOfAnswer } from '../../src/contract/outcome.js';
import { ask } from './ask.js';
import { outcomeOf } from './branch.js';

/**
 * Makes a model call beside the branches of a fan-out. It ends in an outcome, like theirs, and never rejects.
 *
 * @param answered told of the answer, where one came
 * @param priority where it is another than the run's
 */
export function askAlone(
  place: Place,
  call: Omit<ModelCall, keyof Place>,
  answered: (answer: Answer) => void = () => {},
  priority?: Priority,
): Promise<StoredBranch> {
  return outcomeOf(place, async () => {
    const answer = await ask({ ...place, ...call }, priority);
    const outcome = outcomeOfAnswer(place, answer);
    answered(answer);
    return outcome;
  });
}
