/** The limits without the server, for simulations on a clock of their own. */
export { ApiFailure } from '../http/api-failure.js';
export { RateLimits } from './rate-limits.js';
export type { Limits } from './rate-limits.js';
export { TokenBucket } from './token-bucket.js';
