/** What a run needs of the worker that serves it. */
export interface WorkerNeed {
  offline: boolean;
  /** `false` where nothing of it is for a model, offline or not. */
  asksModel?: boolean;
  /** Most calls of the run at once: a worker that is started for it is to allow as many. */
  concurrency?: number;
}
export interface EnsuredWorker {
  /** Whether it belongs to this home. */
  local: boolean;
  /** Lets go of it: a worker that was started for this command stops, unless somebody else needs it. */
  release(): Promise<void>;
}
