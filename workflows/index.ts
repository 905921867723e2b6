export { perspectives } from './perspectives.js';
export { summarise } from './summarise.js';
