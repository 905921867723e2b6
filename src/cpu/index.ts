export { CpuPool } from './cpu-pool.js';
export type { Limited } from './within-limit.js';
export { kindOf } from './tasks/extract-text.js';
