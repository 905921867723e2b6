import { ApplicationFailure, log, patched, workflowInfo } from '@temporalio/workflow';

import { priorityIn } from '../../src/contract/priority.js';
import type { Kind } from '../../src/contract/names.js';
import { MisfitError, parseInput } from '../../src/plan/schema/parse.js';
import { misfitOf } from '../../src/plan/schema/misfit-of.js';
import type { InputByKind } from '../../src/plan/schema/input-by-kind.js';
import { firstMisfit } from '../../src/plan/schema/misfit.js';
import type { Schema } from '../../src/plan/schema/schema.js';
import { takePriority } from './run-priority.js';

/**
 * The input of a run, as its kind takes it. Whoever has started the run is not held to a type.
 *
 * Door-1. A run whose input is something else ends at once with `BadInput`: nothing has been asked, and Temporal tries nothing again.
 * Door-2. A run that an older version has let in goes on: only a run that is refused has the patch's marker.
 *
 * @throws ApplicationFailure `BadInput`, not retryable, with path, expected and got as its first detail
 */
export function entered<K extends Kind>(kind: K, given: InputByKind[K]): InputByKind[K] {
  try {
    const input = parseInput(kind, given);
    checkCarried(input);
    takePriority(priorityIn(input));
    return input;
  } catch (error) {
    if (!patched('strict-input')) return given;
    throw ApplicationFailure.nonRetryable((error as Error).message, 'BadInput', ...misfitOf(error));
  }
}

/** Whether the payload of a signal is what it has to be. What is not is left out with a warning: nobody can end a run with it. */
export function isMessage(schema: Schema, name: string, payload: unknown): boolean {
  const misfit = firstMisfit(schema, payload);
  if (misfit === undefined) return true;
  const { path, expected, got } = misfit;
  log.warn(
    `The signal ${name} was ignored: expected ${path.join('.') || 'its payload'} to be ${expected}, got ${got}.`,
  );
  return false;
}

// The state of an execution before is fanfold's own, and is not made by anybody else.
function checkCarried(input: object): void {
  if (!('carried' in input) || input.carried === undefined || workflowInfo().continuedFromExecutionRunId) return;
  throw new MisfitError(
    { path: ['carried'], expected: 'left out where a run is started', got: 'a state' },
    'the input',
  );
}
