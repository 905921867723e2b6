// `fanfold/worker`: the plugin, and the workers that it runs.
export { installRuntime, LimiterMetrics, startWorkers, workflowBundlePath } from '../worker/index.js';
export type {
  ActivitiesSettings,
  Backlog,
  Bundle,
  PolicyRules,
  RunningWorkers,
  WorkerSettings,
  WorkerTracing,
  WorkerVersion,
} from '../worker/index.js';
export type { Change, QueueLimits } from '../contract/limiter.js';
export { FanfoldPlugin } from './plugin.js';
export type { PluginSettings } from './plugin-settings.js';
