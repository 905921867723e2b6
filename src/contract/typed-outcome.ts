import type { StoredBranch } from './branch.js';
import type { Branch, BranchError } from './run.js';
import { isInStore } from './stored.js';

/** What every outcome has, however its branch ended. Dollars are US dollars; times are RFC 3339 in UTC. */
export interface Ended<Key extends string = string> extends Omit<Branch, 'key' | 'status' | 'output' | 'error'> {
  /** The branch's key: its name in the object, what `key` said, or its place in the list. */
  key: Key;
  /** US dollars not spent because the answer was already there. */
  savedUsd: number;
  /** US dollars that the provider's prompt cache saved. */
  cacheSavedUsd: number;
  /** US dollars that may have been spent beyond `costUsd`: for calls that broke off, and `maxUsd` of your own work, of which nobody has told. */
  lostUsd: number;
}

/** A branch that gave what it was to give. */
export interface OkOutcome<Value, Key extends string = string> extends Ended<Key> {
  status: 'ok';
  output: Value;
  /** Set where the output is a reference, as `ask` was told by `stored`. */
  inStore?: true;
}

/** A branch that was answered, and paid for, with something that is no answer: cut off, declined, or not what its schema says. */
export interface UnfitOutcome<Key extends string = string> extends Ended<Key> {
  status: 'truncated' | 'refused' | 'invalid';
  error: BranchError;
  /** What there was of it. Nobody has checked it. */
  partial?: unknown;
}

/**
 * A branch without an answer: it failed, took too long, was cut, was never begun (`skipped`: the budget had no more for it), or had not
 * ended when the fan-out was decided (`late`).
 */
export interface LostOutcome<Key extends string = string> extends Ended<Key> {
  status: 'failed' | 'timed-out' | 'cancelled' | 'skipped' | 'late';
  error: BranchError;
}

/** How a branch ended: `switch (outcome.status)` tells all that there is. Only `ok` has an `output`. */
export type Outcome<Value, Key extends string = string> = OkOutcome<Value, Key> | UnfitOutcome<Key> | LostOutcome<Key>;

/** What is made of a branch's outcome for whoever wrote the workflow. */
export function outcomeFor(branch: StoredBranch, key: string, index: number): Outcome<unknown> {
  const { status, output, error, cacheSavedUsd = 0, lostUsd = 0, ...rest } = branch;
  const ended = { ...rest, cacheSavedUsd, lostUsd, key, index };
  // A reference is what was asked for: see `AskOptions.stored`.
  const value = output === undefined || isInStore(output) ? output : output.inline;
  const inStore = output !== undefined && isInStore(output);
  if (status === 'ok') return { ...ended, status, output: value, ...(inStore && { inStore }) };
  const why = error ?? { type: 'Error', message: `The branch is ${status}.` };
  const isUnfit = status === 'truncated' || status === 'refused' || status === 'invalid';
  if (isUnfit) return { ...ended, status, error: why, ...(value !== undefined && { partial: value }) };
  return { ...ended, status, error: why };
}
