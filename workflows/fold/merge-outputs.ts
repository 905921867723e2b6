import { checkMerge as check, mergeOutputs as mergeAll } from '../../src/fold/merge-outputs.js';
import type { Merged } from '../../src/fold/merge-outputs.js';
import { checked } from '../engine/checked.js';

/**
 * Checks, before anything is spent, that the outputs of branches can be merged. A key that several branches write needs a
 * strategy; the strategy must take their types; and the types must agree unless the strategy is `keyed` or a function.
 *
 * @throws ApplicationFailure `BadInput`, not retryable, naming the key, the branches and their types
 */
export function checkMerge(...plan: Parameters<typeof check>): void {
  checked(() => check(...plan));
}

/**
 * Merges the outputs of all branches that are ok into one object, key by key, in the order of the branches. Keys on which they
 * contradict each other come with who said what.
 *
 * @throws ApplicationFailure `BadInput`, not retryable, where an output is no object, or a key has several writers and no strategy
 */
export function mergeOutputs(...outputs: Parameters<typeof mergeAll>): Merged {
  return checked(() => mergeAll(...outputs));
}
