import type { StoredBranch } from '../../contract/branch.js';

/** Shows a run's progress on standard error. */
export interface ProgressView {
  /** Whether it shows every branch of a wide run, too. */
  readonly wantsEach: boolean;
  ended(outcome: StoredBranch): void;
  /** Leaves the screen to a question, until the returned function is called. */
  pause(): () => void;
  stop(): void;
}
