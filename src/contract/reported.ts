import type { Run } from './run.js';

/** What a report shows. */
export interface Reported {
  run: Run;
  /** Of a graph: which node needs which. */
  edges: readonly { from: string; to: string }[];
  /** RFC 3339. */
  writtenAt: string;
  /** Of fanfold. */
  version: string;
}
