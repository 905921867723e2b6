import { ApplicationFailure } from '@temporalio/workflow';

import type { Misfit } from '../../src/plan/schema/misfit.js';

/**
 * The failure of a workflow that asks for something that cannot be meant. It ends the workflow: a plain error would fail its task, again
 * and again, until somebody deploys other code. Its first detail has path, expected and got.
 *
 * @param expected follows "Expected" where the path is empty, else "Expected … to be"
 * @param advice follows it in a sentence of its own
 */
export function badInput({ path, expected, got }: Misfit, advice = ''): ApplicationFailure {
  const subject = path.length === 0 ? '' : `\`${path.join('.')}\` to be `;
  const message = `Expected ${subject}${expected}, got ${got}.${advice && ` ${advice}`}`;
  return ApplicationFailure.nonRetryable(message, 'BadInput', { path, expected, got });
}

/** The same for an option whose value cannot be meant. */
export function badOption(option: string, expected: string, value: unknown): ApplicationFailure {
  return badInput({ path: [option], expected, got: quoted(value) });
}

/** A value as an error quotes it. */
export function quoted(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  // JSON has no word for some of these.
  const isObject = typeof value === 'object' || typeof value === 'string';
  const shown = isObject ? JSON.stringify(value) : String(value as number | bigint | boolean | symbol | undefined);
  return `\`${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}\``;
}

/**
 * @param what whose options they are
 * @throws ApplicationFailure `BadInput` where it is no object, or has a name that means nothing: a misspelt option would be ignored
 */
export function checkNames(what: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw badInput({ path: [], expected: `the options of \`${what}\` to be an object`, got: quoted(options) });
  }
  const strange = Object.keys(options).find((name) => !known.includes(name));
  if (strange === undefined) return;
  throw badInput({
    path: [],
    expected: `options of \`${what}\` to be among ${known.join(', ')}`,
    got: `\`${strange}\``,
  });
}

/** @throws ApplicationFailure `BadInput` where it is no whole number, 1 or more */
export function countOf(option: string, count: unknown): number {
  if (Number.isSafeInteger(count) && (count as number) >= 1) return count as number;
  throw badOption(option, 'a whole number, 1 or more', count);
}
