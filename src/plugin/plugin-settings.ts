import type { WorkerSettings } from '../worker/index.js';

/** Settings of a plugin: {@link WorkerSettings}, except what the worker that takes it knows already. Every one may be left out. */
export interface PluginSettings extends Partial<
  Omit<WorkerSettings, 'connectionOptions' | 'connection' | 'namespace' | 'dataConverter'>
> {
  /**
   * Whether the offline model answers instead of the API. The client's plugin says it for the workflows that it starts; the worker's needs
   * no key then. Off by default.
   */
  offline?: boolean;
  /** Directory of store and journal; that in `FANFOLD_HOME` by default, else `.fanfold` in the working directory. */
  home?: string;
}
