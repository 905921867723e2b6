export { moveOver, replaceBy, replaceFile } from './replace-file.js';
