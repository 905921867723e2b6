import type { StoredBranch } from '../contract/outcome.js';

/** Shows a run's progress on standard error. */
export interface ProgressView {
  ended(outcome: StoredBranch): void;
  stop(): void;
}
