/** The status of a branch. Only `ok` is an answer to build on. */
export type BranchStatus =
  | 'ok'
  | 'truncated'
  | 'refused'
  | 'invalid'
  | 'failed'
  | 'timed-out'
  | 'cancelled'
  | 'skipped'
  | 'late';

/** How a run ended: `complete`, every branch is ok; `partial`, enough are; `failed`, fewer are than its join needs. */
export type RunStatus = 'complete' | 'partial' | 'failed' | 'cancelled';

/** Tokens. `inputTokens` is the uncached remainder, as the Messages API counts it. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  /** Of those written to the cache, how many for an hour, which cost more; only where there are any. */
  hourCacheWriteTokens?: number;
  /** Searches of the web that the API made and bills by number; only where there are any. */
  webSearches?: number;
}

/** Milliseconds. The parts do not overlap; the rest of `totalMs` is fanfold's and Temporal's own. */
export interface Latency {
  /** From the fan-out to the start of the first attempt. */
  queuedMs: number;
  /** In model calls, all attempts together. */
  modelMs: number;
  /** Between the end of one attempt and the start of the next. */
  retryWaitMs: number;
  totalMs: number;
}

/** The reason why a branch is not ok. */
export interface BranchError {
  /** One of `failureTypes`, or the type an activity of one's own threw. */
  type: string;
  message: string;
}

/** The outcome of one branch. Times are RFC 3339 in UTC; `null` where the branch never came that far. */
export interface Branch {
  key: string;
  index: number;
  status: BranchStatus;
  output?: unknown;
  error?: BranchError;
  /** Model that answered, as the API names it; absent where none did. */
  model?: string;
  attempts: number;
  /** Whether the answer was in the journal already. */
  reused: boolean;
  /** Of an outcome that was taken over, at no cost, from a run that this one retries: that run's workflow id. */
  from?: string;
  hedged: boolean;
  usage: Usage;
  /** US dollars over all attempts; `null` when the model's price is unknown. */
  costUsd: number | null;
  startedAt: string | null;
  finishedAt: string | null;
  latency: Latency;
}

/** The run that `--json` prints. */
export interface Run {
  workflowId: string;
  runId: string;
  kind: string;
  /** `running` only where a run is shown before its end. */
  status: RunStatus | 'running';
  /** The reason why the run as a whole failed. */
  error?: BranchError;
  output: unknown;
  /** In input order. */
  branches: Branch[];
  coverage: Coverage;
  usage: Usage;
  costUsd: number | null;
  savedUsd: number;
  elapsedMs: number;
  /** Milliseconds of those in which calls waited for a person to allow them; none where there were none. */
  waitedForPersonMs?: number;
  /** Keys of the branches that the end of the run waited for, in order. */
  criticalPath: string[];
  /** The state of the run when its join policy was satisfied; absent where no branch came in later. */
  firstAnswer?: { elapsedMs: number; keys: string[]; ok?: number };
  /** The fan-in's own part, where it asked a model. Its calls are in `usage` and `costUsd`. */
  fanIn?: {
    how: string;
    from: string[];
    missing: string[];
    more?: { from: number; missing: number };
    chosen?: { key: string; reason: string; votes: { [key: string]: number } };
    calls: Branch[];
  };
  /** Keys of a graph's state on which its nodes did not agree, with who said what. */
  contradictions?: { key: string; said: { by: string; value: unknown }[] }[];
  /** Of an agent that is going on: its calls that wait to be allowed. */
  approvals?: Approval[];
  /** Of a run that is going on: somebody has asked it to stop, and no worker has carried it out yet. */
  stopping?: true;
  /** Of a run that is going on: its workflow task that fails again and again. */
  failingTask?: FailingTask;
  /** Of an agent: the limit at which the model had to answer with what it had. */
  stoppedBy?: 'turns' | 'tokens' | 'calls';
  /** US dollars that the provider's prompt cache saved. */
  cacheSavedUsd: number;
  /** US dollars: the most that calls may have cost of which the API could not tell, beyond `costUsd`. */
  lostUsd: number;
  /** Address of the run's page in Temporal's Web UI; `null` where the server's is not known. */
  webUi: string | null;
  /** Its priority, where that is not 3: from 1, which goes first, to 5. */
  priority?: number;
  /** The finished run whose failed branches this one begins anew. */
  retries?: { workflowId: string; runId: string };
  /** Workflow ids of the runs that retry this one, the newest first; absent where none does, or nobody has asked. */
  retriedBy?: string[];
  /** Whether the offline model answered instead of the real API. */
  offline: boolean;
}

/** How many branches are ok, of how many. */
export interface Coverage {
  ok: number;
  total: number;
}
/** A workflow task that no worker can do. Temporal goes on trying, so that the run neither goes on nor ends. */
export interface FailingTask {
  /** Tries so far, and the one that is under way. */
  attempts: number;
  /** Type and message of the failure. */
  type: string;
  message: string;
  /** The worker that failed; `null` where none said so. */
  worker: string | null;
}
/** A call that waits to be allowed, as `--json` has it. */
export interface Approval {
  key: string;
  /** Name of the tool. */
  tool: string;
  /** The whole input; absent where it is stored elsewhere. */
  input?: unknown;
  /** Whether the call is allowed by its key only: its input is not shown whole everywhere. */
  takesName: boolean;
}
