import type { JsonSchema } from './json-schema.js';
import type { Stored } from './stored.js';
import type { Tool } from './tool.js';

/** What a branch asks the model. The parts are sent in this order, so that branches sharing a document share a prefix. */
export interface ModelRequest {
  /** The API's model id. */
  model: string;
  /** Most output tokens of one answer. */
  maxTokens: number;
  system: string;
  document?: Stored<string>;
  /** Shares the document through the provider's prompt cache: one call writes it, those that follow read it for a fraction of its price. */
  cacheDocument?: boolean;
  prompt: string;
  /** Where it is made of values that may be in the store: stands in place of `prompt`. */
  promptParts?: readonly PromptPart[];
  /** A document of more tokens, by estimate, is read in parts, and the answers about them are folded as a tree. */
  foldOver?: number;
  /** With it the answer is parsed JSON that fits the schema, or the branch is `invalid`. */
  outputSchema?: JsonSchema;
  /** What the model may call instead of answering; its calls come back in `Answer.turn`. */
  tools?: readonly Pick<Tool, 'name' | 'description' | 'inputSchema'>[];
  /** Of a conversation: the model's turns so far, each with what came of its calls. */
  turns?: readonly Turn[];
  /** It must answer now, with what it has. */
  lastTurn?: boolean;
}
/** One turn of the model in a conversation, and the results of its calls in the order in which it asked. */
export interface Turn {
  /** Its content blocks, as the API gave them. */
  content: Stored<unknown>;
  results: readonly { id: string; output: Stored<unknown>; failed: boolean }[];
}
/** A tool that the model wants called. */
export interface WantedCall {
  id: string;
  name: string;
  input: Stored<unknown>;
}
/** Text, or what lies at a path inside a value: text as it is, anything else as JSON. */
export type PromptPart = string | { value: Stored<unknown>; path: readonly string[] };
