import { FanfoldError } from '../../contract/errors.js';

/** The error of a call that the limiter does not let leave: it would wait too long, or for ever. The API was not asked. */
export class TurnedAway extends FanfoldError {
  override readonly name = 'TurnedAway';

  /** @param retryAfterMs milliseconds until asking again makes sense; absent where it never does */
  constructor(
    type: 'RateLimited' | 'SpendLimitReached' | 'Unauthenticated' | 'TimedOut',
    message: string,
    readonly retryAfterMs?: number,
  ) {
    super(type, message);
  }
}
