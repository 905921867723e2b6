export { perspectives } from './perspectives.js';
