export { PostgresPool } from './postgres-pool.js';
export type { PostgresUse } from './postgres-use.js';
