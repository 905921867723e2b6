export { estimateTokens } from './estimate-tokens.js';
export { cacheSavedUsd, costOf } from './prices.js';
export { buildRequest } from './request.js';
export { upperBoundUsd } from './upper-bound.js';
