import { UnavailableError } from '../contract/errors.js';
import type { PayloadFailure, Refusal } from '../contract/refused.js';

const keyAdvice =
  'Set FANFOLD_ENCRYPTION_KEY to the key it was written with, for commands and workers alike; an old key is given after the new one: `new,old`.';

/** The error of a payload that this process has no key for. Temporal takes the name of an error for the type of a failure. */
export class UnreadablePayload extends UnavailableError {
  // A retry policy knows the error by its name.
  override readonly name: 'UnavailableError';

  constructor(why: string, type: PayloadFailure = 'UnreadablePayload', advice: string = keyAdvice) {
    super(type, `A payload of the run's history ${why}.`, advice);
    this.name = type as 'UnavailableError';
  }
}

const adviceOn: Record<Refusal, string> = {
  PlainPayload:
    'Give whoever wrote it the FANFOLD_ENCRYPTION_KEY of the workers; while runs are open that began without a key, start the workers with --accept-plain (FANFOLD_ACCEPT_PLAIN=1).',
  MisplacedPayload: 'Somebody has copied it from there; start a run of your own from its input.',
  OversizedPayload: 'Fanfold writes none that large; start a run with less input.',
};

/** The error of a payload that could be read and must not be: it may come from somebody who has no key. */
export class RefusedPayload extends UnreadablePayload {
  constructor(
    readonly refusal: Refusal,
    why: string,
  ) {
    super(why, refusal, adviceOn[refusal]);
  }
}
