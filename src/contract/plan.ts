import type { Stored } from './activities.js';

/** Which outcomes the fan-in waits for. */
export const joinPolicies = ['all', 'settled'] as const;
export type Join = (typeof joinPolicies)[number];

/** How a run's branches are run. Every field may be left out. */
export interface FanOutOptions {
  /** `all`: the first branch that is not ok cancels the others. `settled`: every branch ends in its own way. */
  join?: Join;
  /** Milliseconds a branch may take, its attempts and the waits between them together, from its first attempt's start. */
  timeoutMs?: number;
  /** Most tries of a branch. */
  attempts?: number;
  /** Most branches of this run in flight at once: a ceiling, never a target. */
  concurrency?: number;
}

export interface ModelOptions {
  /** Ask anew even where the journal has the answer. */
  fresh?: boolean;
  /** The API's model id. */
  model?: string;
  /** Most output tokens of one answer. */
  maxTokens?: number;
  /** Ask the offline model instead of the API. */
  offline?: boolean;
}

export const fanOutDefaults = {
  join: 'settled',
  timeoutMs: 300_000,
  attempts: 5,
  concurrency: 50,
} as const satisfies Required<FanOutOptions>;

export const modelDefaults = {
  fresh: false,
  model: 'claude-sonnet-5-5',
  maxTokens: 2_048,
  offline: false,
} as const satisfies Required<ModelOptions>;

/** One specialist's reading: a perspective with instructions of its own. */
export interface Perspective {
  key: string;
  instruction: string;
}

/** Input of the workflow `perspectives`. */
export interface PerspectivesInput extends FanOutOptions, ModelOptions {
  document: Stored<string>;
  /** What the document is called in the Web UI. */
  title?: string;
  /** In the order of the result. A bare name takes fanfold's own instruction for it. */
  perspectives?: readonly (string | Perspective)[];
  /** Whether the namespace knows fanfold's search attributes; without them the run leaves them out. */
  searchable?: boolean;
}
