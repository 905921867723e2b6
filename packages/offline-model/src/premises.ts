import { BatchStore } from './batches/batch-store.js';
import { settleRequest } from './batches/settle-request.js';
import { PromptCache } from './cache/prompt-cache.js';
import { CallLog } from './calls/call-log.js';
import { Holds } from './faults/hold.js';
import { Script } from './faults/script.js';
import { RateLimits } from './limits/rate-limits.js';
import { naturalLatency } from './options.js';
import type { OfflineModelOptions } from './options.js';
import { ThreadStore } from './threads/thread-store.js';

/** Everything that the routes of one server share. */
export interface Premises {
  apiKey: string | undefined;
  maxBodyBytes: number;
  latency: NonNullable<Exclude<OfflineModelOptions['latencyMs'], number>>;
  log: CallLog;
  script: Script;
  holds: Holds;
  limits: RateLimits;
  cache: PromptCache;
  batches: BatchStore;
  threads: ThreadStore;
  seed: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Connections end because the server does. */
  stopping: boolean;
}

// The API's own limit: 32 MB for Messages.
const maxBodyBytes = 32 * 1_024 * 1_024;

export function createPremises(options: OfflineModelOptions, changed: () => void): Premises {
  const { latencyMs = naturalLatency } = options;
  const script = new Script();
  script.add(options.script ?? []);
  const premises: Premises = {
    apiKey: options.apiKey,
    maxBodyBytes,
    latency: typeof latencyMs === 'number' ? () => latencyMs : latencyMs,
    log: new CallLog(changed, options.retain),
    script,
    holds: new Holds(changed),
    limits: new RateLimits(options.limits),
    cache: new PromptCache(),
    batches: new BatchStore(
      options.batchMs ?? 2_000,
      (request, batchId, cancelled) => settleRequest(request, batchId, cancelled, premises),
      Date.now,
    ),
    threads: new ThreadStore(),
    seed: String(options.seed ?? 0),
    now: Date.now,
    stopping: false,
  };
  return premises;
}
