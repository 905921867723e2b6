import type { DocumentContent } from '../../contract/document.js';
import type { ModelRequest } from '../../contract/model-request.js';

/** The needs of a run towards the worker that serves it. */
export interface WorkerNeed {
  offline: boolean;
  /** `false` where nothing of it is for a model, offline or not. */
  asksModel?: boolean;
  /** The models that it asks, where they are known before it starts; the one of `--model` by default. */
  models?: readonly string[];
  /** Set where a run begins with one question: that tells whether key and model are right. */
  beginsWithOne?: true;
  /** What it is going to ask, where that is known before it starts. */
  questions?: () => AsyncIterable<{ request: ModelRequest; document?: DocumentContent | undefined }>;
  /** Most calls of the run at once: a worker that is started for it is to allow as many. */
  concurrency?: number;
}
export interface EnsuredWorker {
  /** Whether it belongs to this home. */
  local: boolean;
  /** Lets go of the worker. A worker that was started for this command stops, unless it is needed elsewhere. */
  release(): Promise<void>;
}
