export { findInside, notThere } from './find-inside.js';
export { homesOf } from './home-marks.js';
export { slashed } from './ignore-rules.js';
export { reasonOf } from './left-out.js';
export type { LeftOut } from './left-out.js';
export { openInside, readAt, readInside } from './open-regular.js';
export { endingOf, isBinary, kindOf, readerOf } from './readers.js';
export { Folder, HomeFolder } from './walk-folder.js';
export type { Taking } from './walk-folder.js';
