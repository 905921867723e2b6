import type { StoredDocument, StoredFile } from './document.js';
import type { JsonSchema } from './json-schema.js';
import type { ServerTool } from './server-tool.js';
import type { Stored } from './stored.js';
import type { Tool } from './tool.js';

/** A branch's request to the model. Its parts are sent in this order, so that branches that share a document share a prefix. */
export interface ModelRequest {
  /** The API's model id. */
  model: string;
  /** Most output tokens of one answer. */
  maxTokens: number;
  system: string;
  /** A text, or a file that the API reads itself. */
  document?: StoredDocument;
  /**
   * Whether the document is shared through the provider's prompt cache: one call writes it, and the others read it for a fraction
   * of its price.
   */
  cacheDocument?: boolean;
  prompt: string;
  /** The prompt in parts, where values in it may be in the store. It stands in place of `prompt`. */
  promptParts?: readonly PromptPart[];
  /**
   * What stands in the parts for a mark that the authors of their texts cannot know. A digest of all of them is sent in its place, so that
   * the same texts are the same question.
   */
  mark?: string;
  /** Number of the question where the same one is asked several times on purpose; 0 by default. Each has an answer of its own in the journal. */
  sample?: number;
  /** A document of more tokens, by estimate, is read in parts, and the answers about them are folded as a tree. */
  foldOver?: number;
  /** JSON Schema of the answer. With it the answer is parsed JSON that fits, or the branch is `invalid`. */
  outputSchema?: JsonSchema;
  /** Tools that the model may call instead of answering. Its calls come back in `Answer.turn`. */
  tools?: readonly Pick<Tool, 'name' | 'description' | 'inputSchema'>[];
  /** Tools that the API runs itself while it answers. */
  serverTools?: readonly ServerTool[];
  /** The turns of a conversation so far, each with the results of its calls. */
  turns?: readonly Turn[];
  /** Whether the model must answer now, with what it has. */
  lastTurn?: boolean;
}
/** One turn of the model in a conversation, and the results of its calls in the order in which it asked. */
export interface Turn {
  /** Its content blocks, as the API gave them. */
  content: Stored<unknown>;
  results: readonly {
    id: string;
    /** Key of the call's branch; runs of earlier versions have none. */
    key?: string;
    output: Stored<unknown>;
    failed: boolean;
  }[];
}
/** A tool that the model wants called. */
export interface WantedCall {
  id: string;
  name: string;
  input: Stored<unknown>;
}
/**
 * A text, or the value at a path inside a value: a text as it is, any other value as JSON. A file stands before the prompt, and its name
 * in it.
 */
export type PromptPart = string | { value: Stored<unknown> | StoredFile; path: readonly string[] };
