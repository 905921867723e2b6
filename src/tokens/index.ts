export { tokenFactor } from './by-model.js';
export { boundOfMean, estimateText, meanOf } from './estimate-text.js';
