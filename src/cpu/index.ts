export { CpuPool } from './cpu-pool.js';
export { orAborted } from './or-aborted.js';
export { readerVersion } from './reader-version.js';
export { outOfTime } from './within-limit.js';
export type { Limited } from './within-limit.js';
export type { PdfText } from './pdf/join-pages.js';
