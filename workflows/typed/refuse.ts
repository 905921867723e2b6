import { ApplicationFailure } from '@temporalio/workflow';

/**
 * The failure of a workflow that asks for something that cannot be meant. It ends the workflow: a plain error would fail its task, again
 * and again, until somebody deploys other code.
 */
export function badInput(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'BadInput');
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
    throw badInput(`Expected the options of \`${what}\` to be an object, got ${quoted(options)}.`);
  }
  const strange = Object.keys(options).find((name) => !known.includes(name));
  if (strange === undefined) return;
  throw badInput(`Expected options of \`${what}\` to be among ${known.join(', ')}, got \`${strange}\`.`);
}

/** @throws ApplicationFailure `BadInput` where it is no whole number, 1 or more */
export function countOf(option: string, count: unknown): number {
  if (Number.isSafeInteger(count) && (count as number) >= 1) return count as number;
  throw badInput(`Expected \`${option}\` to be a whole number, 1 or more, got ${quoted(count)}.`);
}
