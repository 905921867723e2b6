import type { Share } from '../../contract/priority.js';
import type { Charges } from './pacing.js';
import type { Bound } from './refusals.js';
import type { Tokens } from './token-estimates.js';

/** A call that wants to leave. */
export interface CallAsk {
  /** Estimated input tokens, cached ones included; without it, what calls usually have. */
  inputTokens?: number | undefined;
  /** Longest wait here in milliseconds, after which the call is turned away. Default: any, up to 15 minutes of a closed gate. */
  patienceMs?: number | undefined;
  /** How long it waits for an API that goes on telling calls to slow down and lets none through. Default: for ever. */
  bound?: Bound | undefined;
  /** Whose it is, among those who wait. Default: that of all calls that say nothing. */
  share?: Share | undefined;
  /** Whether it is of a lane; else it is of a task that has a slot of its worker to itself. */
  ofLane?: boolean | undefined;
}
/** A call in flight. */
export interface CallInFlight {
  ask: CallAsk;
  tokens: Tokens;
  charges: Charges;
  leftAtMs: number;
  /** See ConcurrencyWindow-2. */
  epoch: number;
  /** Whether it is the first call after a pause. */
  probe: boolean;
}
