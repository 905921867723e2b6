import type { CpuPool } from '../src/cpu/index.js';
import type { BlobStore } from '../src/store/blob-store.js';
import type { Journal } from '../src/journal/index.js';
import type { ModelApi } from '../src/model/call/client.js';
import type { WatchdogSettings } from '../src/model/call/watchdog.js';
import type { Limiters } from '../src/model/limiter/index.js';
import type { Secrets } from '../src/secrets/index.js';
import type { Policy, PolicyRules } from '../src/tools/index.js';

/** What the activities need of the process they run in. */
export interface ActivitiesSettings {
  store: Pick<BlobStore, 'putText' | 'readText'>;
  /** Without it an answer is paid for once per run, not once. */
  journal?: Journal | undefined;
  /** Without it paid calls fail with `NoApiKey`. */
  api?: ModelApi | undefined;
  /** Without them calls leave as they come. */
  limiters?: Pick<Limiters, 'of'> | undefined;
  /** When a call that does not begin or go on is cut. */
  watchdogs?: WatchdogSettings | undefined;
  /** What the headers of sources may be made of; nothing by default. */
  env?: NodeJS.ProcessEnv | undefined;
  /** What runs may have this worker do: folders, private hosts, variables in headers, modules and MCP servers; nothing of it by default. */
  policy?: PolicyRules | Policy | undefined;
  /** What must not leave the process; by default what `env` and `api` hold. */
  secrets?: Secrets | undefined;
  /** Threads for CPU-bound work; of their own by default. */
  cpu?: CpuPool | undefined;
  /** Aborted when the worker takes no new work: lanes begin no further branch then. */
  draining?: AbortSignal | undefined;
  /** Base URL of the offline model, started when first asked for. */
  offlineModelUrl: () => Promise<string>;
}
