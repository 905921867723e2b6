import type { Usage } from '../../contract/run.js';

/** A call that has ended, however it did: how long it took, who answered, and what the API charges for it. */
export interface EndedCall {
  modelMs: number;
  /** The model that answered, or was asked. */
  model: string;
  /** Usage that the API charges for; absent where it said nothing. */
  usage: Usage | undefined;
  /** Whether the usage is complete: the answer is whole, or was refused free of charge. */
  settled: boolean;
  /** Whether it counted as lost before; not by default. */
  wasLost?: boolean;
}
