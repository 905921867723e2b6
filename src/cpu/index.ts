export { CpuPool } from './cpu-pool.js';
