import type { Precedence } from '../contract/priority.js';
import type { CassetteSettings } from '../journal/index.js';
import type { WorkerGateway, WorkerSettings } from '../worker/index.js';

/** Settings of a plugin: {@link WorkerSettings}, except what the worker that takes it knows already. Every one may be left out. */
export interface PluginSettings extends Partial<
  Omit<WorkerSettings, 'connectionOptions' | 'connection' | 'namespace' | 'dataConverter' | 'cassette' | 'gateway'>
> {
  /**
   * Whether the offline model answers instead of the API. The client's plugin says it for the workflows that it starts; the worker's needs
   * no key then. Off by default.
   */
  offline?: boolean;
  /**
   * The priority of workflows that the client with this plugin starts, where they have none: from 1, whose calls go first, to 5, or Temporal's own
   * `{ priorityKey, fairnessKey, fairnessWeight }`. A worker has none.
   */
  priority?: Precedence;
  /**
   * Who makes the model calls. `home`: a gateway of `home`, a process in the background, which goes on with calls when the program ends or is
   * killed, and ends by itself soon after the last of them. An address, as `FANFOLD_GATEWAY` takes it: that gateway. `off`: this process.
   * By default what `FANFOLD_GATEWAY` says; without it `home` where `TEMPORAL_ADDRESS` is that of the home's own server (`fanfold dev`), else
   * `off`. A plugin with an `api`, a `journal` or a `store` of its own, or `offline`, has none but that which is named here.
   */
  gateway?: 'home' | 'off' | (string & {}) | WorkerGateway;
  /**
   * A folder of recorded calls, which are played back without a key; what it lacks is recorded unless `record` is `false`. That in
   * `FANFOLD_CASSETTE` by default, else none.
   */
  cassette?: CassetteSettings;
  /** Directory of store and journal; that in `FANFOLD_HOME` by default, else `.fanfold` in the working directory. */
  home?: string;
}
