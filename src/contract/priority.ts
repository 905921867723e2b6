import type { Priority } from '@temporalio/common';

import { InputError } from './errors.js';
import { utf8Length } from './utf8-length.js';

/** Priorities of runs, as Temporal has them: the lowest number goes first. */
export const priorities = { first: 1, last: 5, usual: 3 } as const;

/** Most bytes of a fairness key, as Temporal has it. */
const mostKeyBytes = 64;

/**
 * Whose a call is, as far as its place among others goes. The words are Temporal's: `priorityKey`, `fairnessKey` and `fairnessWeight` of the
 * workflow or activity that asks.
 */
export interface Share {
  /** Those of one key wait in the order in which they came: a run's id, or a fairness key that several runs have been given. */
  key: string;
  /** From 1, which goes first, to 5; 3 by default. A server may know more. */
  priority?: number | undefined;
  /** How many calls of it leave for one of others; 1 by default. */
  weight?: number | undefined;
}

/** Whether a question is of a branch of a lane; else it is of a task that has a slot of its worker to itself. */
export function isOfLane({ origin }: { origin?: { activityId?: string | undefined } | undefined }): boolean {
  return origin !== undefined && origin.activityId === undefined;
}

/** Least and most weight, as Temporal has them. */
const weights = { least: 0.001, most: 1_000 } as const;

/** @returns the priority of a share that may come from anywhere */
export function priorityOf({ priority = priorities.usual }: Partial<Share>): number {
  return Number.isSafeInteger(priority) && priority > 0 ? priority : priorities.usual;
}

/** @returns the weight of a share that may come from anywhere */
export function weightOf({ weight = 1 }: Partial<Share>): number {
  return weight > 0 ? Math.min(weights.most, Math.max(weights.least, weight)) : 1;
}

/** Whose turn comes first, as Temporal's own options have it: `{ priorityKey, fairnessKey, fairnessWeight }`, or its `priorityKey` alone. */
export type Precedence = number | Priority;

/** Words of {@link Priority}. */
const priorityWords = ['priorityKey', 'fairnessKey', 'fairnessWeight'] as const satisfies readonly (keyof Priority)[];

/**
 * @returns what was given in Temporal's words; what it leaves out is inherited
 * @throws InputError quoting what was expected and what came
 */
export function temporalPriority(given: Precedence): Priority {
  const priority = typeof given === 'object' ? given : { priorityKey: given };
  const refused = (name: string, expected: string, got: unknown) =>
    new InputError(`Expected \`${name}\` to be ${expected}, got \`${JSON.stringify(got)}\`.`);
  const level = `a whole number from ${priorities.first}, which goes first, to ${priorities.last}`;
  const fields = Object.entries(priority ?? { priority: null }).filter(([, value]) => value !== undefined);
  const strange = fields.find(([name]) => !(priorityWords as readonly string[]).includes(name));
  if (strange !== undefined || Array.isArray(given)) {
    throw refused('priority', `${level}, or an object with ${priorityWords.join(', ')}`, given);
  }
  const { priorityKey, fairnessKey, fairnessWeight } = priority;
  if (priorityKey !== undefined && !isPriority(priorityKey)) {
    throw refused(typeof given === 'object' ? 'priority.priorityKey' : 'priority', level, priorityKey);
  }
  const isKey = typeof fairnessKey === 'string' && utf8Length(fairnessKey) <= mostKeyBytes;
  if (fairnessKey !== undefined && !isKey) {
    throw refused('priority.fairnessKey', `a text of at most ${mostKeyBytes} bytes`, fairnessKey);
  }
  const isWeight = typeof fairnessWeight === 'number' && fairnessWeight > 0 && fairnessWeight < Infinity;
  if (fairnessWeight !== undefined && !isWeight) {
    throw refused('priority.fairnessWeight', 'a number, more than 0', fairnessWeight);
  }
  return Object.fromEntries(fields);
}

/** The priority that a run's input asks for; `undefined` where it says nothing. */
export function priorityIn(input: unknown): number | undefined {
  const { priority, flow } = (input ?? {}) as { priority?: unknown; flow?: { priority?: unknown } | null };
  return isPriority(priority) ? priority : isPriority(flow?.priority) ? flow.priority : undefined;
}

export function isPriority(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= priorities.first && (value as number) <= priorities.last;
}

/** The fairness key of a run: its workflow id, or as much of its end as Temporal takes. */
export function fairnessKeyOf(workflowId: string): string {
  let key = workflowId;
  // The end of an id tells runs of one program apart.
  while (utf8Length(key) > mostKeyBytes) key = key.slice(Math.max(1, Math.ceil((utf8Length(key) - mostKeyBytes) / 3)));
  return key;
}
