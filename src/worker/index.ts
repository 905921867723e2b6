export type { ActivitiesSettings, PolicyRules } from '../../activities/index.js';
export type { Backlog } from './limiter-metrics.js';
export { LimiterMetrics } from './limiter-metrics.js';
export { installRuntime } from './runtime.js';
export { computingTime, startWorkers } from './start-workers.js';
export type { RunningWorkers, WorkerSettings, WorkerTracing, WorkerVersion } from './start-workers.js';
export type { Line, Orphan, WorkerGateway } from './gateway-slots.js';
export type { Bundle } from './workflow-bundle.js';
export { workflowBundlePath } from './workflow-bundle.js';
