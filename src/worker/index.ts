export type { PolicyRules } from '../../activities/index.js';
export { LimiterMetrics } from './limiter-metrics.js';
export { installRuntime } from './runtime.js';
export { startWorkers } from './start-workers.js';
export type { RunningWorkers, WorkerSettings, WorkerVersion } from './start-workers.js';
export { workflowBundlePath } from './workflow-bundle.js';
