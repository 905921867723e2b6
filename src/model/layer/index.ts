export { askedWaitMs } from './asked-wait.js';
export { keyOf, OwnLayer } from './own-layer.js';
export type { LayerQuestion, ModelLayer, Origin, Paid, Payer, Purse } from './question.js';
export { callFailureOf, mostTriesAfter, RelayedFailure } from './relayed-failure.js';
export type { CallFailure } from './relayed-failure.js';
