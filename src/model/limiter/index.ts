export { Limiter } from './limiter.js';
export type { CallAsk } from './call.js';
export { Limiters } from './limiters.js';
export type { CallOutcome, Permit } from './permit.js';
export { outcomeOfFailure } from './outcome-of-failure.js';
export { systemClock } from './clock.js';
export type { Clock } from './clock.js';
export type { Slot, Slots } from './slots.js';
export { TurnedAway } from './turned-away.js';
