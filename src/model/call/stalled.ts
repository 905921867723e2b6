import { FanfoldError } from '../../contract/errors.js';

/** A watchdog has cut a call that did not begin or go on. */
export class Stalled extends FanfoldError {
  override readonly name = 'Stalled';

  constructor(message: string) {
    super('Stalled', message);
  }
}
