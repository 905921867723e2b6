import type { Run } from './run.js';

/** The content of a report. */
export interface Reported {
  run: Run;
  /** The needs of each node of a graph. */
  edges: readonly { from: string; to: string }[];
  /** RFC 3339. */
  writtenAt: string;
  /** Version of fanfold. */
  version: string;
}
