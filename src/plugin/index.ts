// `fanfold/worker`: the plugin, and the workers that it runs.
export { installRuntime, LimiterMetrics, startWorkers, workflowBundlePath } from '../worker/index.js';
export type { PolicyRules, RunningWorkers, WorkerSettings, WorkerVersion } from '../worker/index.js';
export { FanfoldPlugin } from './plugin.js';
export type { PluginSettings } from './plugin-settings.js';
