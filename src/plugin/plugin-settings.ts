import type { CassetteSettings } from '../journal/index.js';
import type { WorkerSettings } from '../worker/index.js';

/** Settings of a plugin: {@link WorkerSettings}, except what the worker that takes it knows already. Every one may be left out. */
export interface PluginSettings extends Partial<
  Omit<WorkerSettings, 'connectionOptions' | 'connection' | 'namespace' | 'dataConverter' | 'cassette'>
> {
  /**
   * Whether the offline model answers instead of the API. The client's plugin says it for the workflows that it starts; the worker's needs
   * no key then. Off by default.
   */
  offline?: boolean;
  /**
   * A folder of recorded calls, which are played back without a key; what it lacks is recorded unless `record` is `false`. That in
   * `FANFOLD_CASSETTE` by default, else none.
   */
  cassette?: CassetteSettings;
  /** Directory of store and journal; that in `FANFOLD_HOME` by default, else `.fanfold` in the working directory. */
  home?: string;
}
