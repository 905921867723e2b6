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
  const text =
    typeof value === 'number' || value === undefined ? String(value) : (JSON.stringify(value) ?? String(value));
  return `\`${text.length > 80 ? `${text.slice(0, 80)}…` : text}\``;
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
