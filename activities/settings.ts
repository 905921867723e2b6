import type { CpuPool } from '../src/cpu/index.js';
import type { BlobStore } from '../src/store/blob-store.js';
import type { Cassette, Journal } from '../src/journal/index.js';
import type { ModelApi } from '../src/model/call/client.js';
import type { WatchdogSettings } from '../src/model/call/watchdog.js';
import type { ModelLayer } from '../src/model/layer/index.js';
import type { Limiters, Turns } from '../src/model/limiter/index.js';
import type { Secrets } from '../src/secrets/index.js';
import type { Policy, PolicyRules } from '../src/tools/index.js';

/** The parts of its process that a worker's activities need. */
export interface ActivitiesSettings {
  store: Pick<BlobStore, 'putText' | 'readText' | 'readBytes'>;
  /** The journal. Without it an answer is paid for in every run that asks for it. */
  journal?: Journal | undefined;
  /** Recorded calls that are played back, and take in what they lack; none by default. Made by `openCassette`. */
  cassette?: Cassette | undefined;
  /** The model API and its key. Without it paid calls fail with `NoApiKey`. */
  api?: ModelApi | undefined;
  /** The limiters of model calls. Without them calls leave as they come. */
  limiters?: (Pick<Limiters, 'of'> & Partial<Pick<Limiters, 'turns'>>) | undefined;
  /** The model layer, where another process has it: a gateway. By default this process has it, made of the parts named here. */
  layer?: ModelLayer | undefined;
  /** What lanes take turns from; by default the limiters have them, and without those a lane begins what its width lets it. */
  turns?: Turns | undefined;
  /** Timeouts of calls that do not begin, or do not go on. */
  watchdogs?: WatchdogSettings | undefined;
  /** The environment that headers of sources may read; nothing by default. */
  env?: NodeJS.ProcessEnv | undefined;
  /**
   * The policy: folders, private hosts, variables in headers, modules and MCP servers that runs may use. Nothing is allowed by
   * default.
   */
  policy?: PolicyRules | Policy | undefined;
  /** Secrets that must not leave the process; by default those in `env` and `api`. */
  secrets?: Secrets | undefined;
  /** Threads for CPU-bound work; by default the activities start their own. */
  cpu?: CpuPool | undefined;
  /**
   * Aborted with `WORKER_SHUTDOWN` when the worker takes no new work: lanes begin no further branch then. Where another process has the model
   * layer, which goes on with their calls, branches under way are left to other workers at once.
   */
  draining?: AbortSignal | undefined;
  /** Whether the namespace knows fanfold's search attributes; without it, runs that ask are not listed by them. */
  isSearchable?: (() => Promise<boolean>) | undefined;
  /** Base URL of the offline model, started when first asked for. */
  offlineModelUrl: () => Promise<string>;
}
