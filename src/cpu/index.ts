export { CpuPool } from './cpu-pool.js';
export { kindOf } from './tasks/extract-text.js';
