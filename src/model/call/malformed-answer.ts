import { FanfoldError } from '../../contract/errors.js';
import type { Usage } from '../../contract/run.js';

/** Status 200, and yet no message. */
export class MalformedAnswer extends FanfoldError {
  override readonly name = 'MalformedAnswer';

  constructor(
    message: string,
    /** What it says that it cost, if it says so. */
    readonly usage: Usage | undefined,
  ) {
    super('MalformedAnswer', message);
  }
}
