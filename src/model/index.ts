export { retryAfterMs } from './call/retry-after.js';
export { estimateTokens, isLong, tokensInPart } from './estimate-tokens.js';
export { cacheSavedUsd, costOf } from './prices.js';
export { buildRequest, isCached, textsIn } from './request.js';
export { boundsOf, knownBound, sizeOf } from './bounds.js';
export { lowerBoundUsd, upperBoundUsd } from './upper-bound.js';
export type { Sized } from './upper-bound.js';
