import type { JsonSchema } from '../../src/contract/json-schema.js';
import type { Tally } from '../../src/contract/lanes.js';
import type { ServerTool } from '../../src/contract/server-tool.js';
import type { Stored } from '../../src/contract/stored.js';

declare const value: unique symbol;

/** One branch's work, not begun: made by `ask`, `activity`, `childWorkflow` and others, and begun by `fanOut` or `outcomeOf`. */
export interface Work<Value> {
  readonly kind: 'ask' | 'own';
  /** Never there: it tells the compiler what comes out. */
  readonly [value]?: Value;
}

/** A function of your own, or work. */
export type Task = Work<unknown> | (() => unknown);

/** What comes out of a task. */
export type ValueOf<T> = T extends Work<infer Value> ? Value : T extends () => infer Value ? Awaited<Value> : never;

/** What was spent, as sums of outcomes say it. */
export type Spent = Pick<Tally, 'usage' | 'costUsd' | 'savedUsd' | 'cacheSavedUsd' | 'lostUsd'>;

/** What a run of fanfold's has come to, and what it has spent. */
export interface ReadRun {
  output: unknown;
  spent: Spent;
}

/** Work that is done in the workflow, by an activity or another workflow. */
export interface OwnWork extends Work<unknown> {
  readonly kind: 'own';
  readonly run: (key: string) => unknown;
  /** Reads what it came to, where that is a run of fanfold's. */
  readonly read?: (result: unknown) => Promise<ReadRun>;
  readonly timeoutMs?: number;
  readonly attempts?: number;
  readonly mostUsd: number;
}

/** A question, checked. */
export interface AskWork extends Work<unknown> {
  readonly kind: 'ask';
  readonly prompt: string;
  readonly system: string;
  readonly document?: string | Stored<string>;
  readonly model?: string;
  readonly maxTokens?: number;
  readonly serverTools?: readonly ServerTool[];
  readonly timeoutMs?: number;
  readonly attempts?: number;
  readonly outputSchema?: JsonSchema;
  readonly stored: boolean;
}
