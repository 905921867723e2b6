import { FanfoldError } from '../../contract/errors.js';

/** The error of a call that a watchdog has cut, because it did not begin or go on. */
export class Stalled extends FanfoldError {
  override readonly name = 'Stalled';

  constructor(message: string) {
    super('Stalled', message);
  }
}
