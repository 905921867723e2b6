import type { JsonSchema } from '../contract/json-schema.js';

/** A question as the function sees it. */
export interface AskedQuestion {
  /** The branch's key, after those of the branches that it is part of. */
  key: string;
  prompt: string;
  document?: string;
  system: string;
  model: string;
  maxTokens: number;
  outputSchema?: JsonSchema;
}

/** Gives the output of a question: a text, or what the schema says. What it throws is the branch's failure. */
export type MockAnswer = (question: AskedQuestion) => unknown;
