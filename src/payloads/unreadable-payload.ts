import { UnavailableError } from '../contract/errors.js';

/** A payload of history that this process has not the key for. Temporal takes the name of an error for the type of a failure. */
export class UnreadablePayload extends UnavailableError {
  // The name is what a retry policy knows it by.
  override readonly name = 'UnreadablePayload' as 'UnavailableError';

  constructor(why: string) {
    super(
      'UnreadablePayload',
      `A payload of the run's history ${why}.`,
      'Set FANFOLD_ENCRYPTION_KEY to the key it was written with, for commands and workers alike; an old key is given after the new one: `new,old`.',
    );
  }
}
