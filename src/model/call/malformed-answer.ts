import { FanfoldError } from '../../contract/errors.js';
import type { Usage } from '../../contract/run.js';

/** The error of an answer with status 200 that is no message. */
export class MalformedAnswer extends FanfoldError {
  override readonly name = 'MalformedAnswer';

  constructor(
    message: string,
    /** The usage that it tells, if it does. */
    readonly usage: Usage | undefined,
  ) {
    super('MalformedAnswer', message);
  }
}
