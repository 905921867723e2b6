import type { Usage } from '../../contract/run.js';

export interface EndedCall {
  modelMs: number;
  /** The model that answered, or was asked. */
  model: string;
  /** What the API says that it charges for; absent where it said nothing. */
  usage: Usage | undefined;
  /** Whether that is all: the answer is whole, or was refused free of charge. */
  settled: boolean;
}
