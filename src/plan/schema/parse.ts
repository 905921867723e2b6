import { InputError } from '../../contract/errors.js';
import type { Kind } from '../../contract/names.js';
import type { InputByKind } from './input-by-kind.js';
import { inputSchemas } from './inputs.js';
import { firstMisfit, withoutNulls } from './misfit.js';
import type { Misfit } from './misfit.js';
import type { Schema } from './schema.js';

/** An {@link InputError} that says where. */
export class MisfitError extends InputError {
  constructor(
    readonly misfit: Misfit,
    what: string,
  ) {
    const place = placeOf(misfit.path);
    const subject = place === '' ? what : `\`${place}\``;
    super(`Expected ${subject} to be ${misfit.expected}, got ${misfit.got}.`);
  }
}

/**
 * An input as its kind takes it; `null` in a field that may be left out is a field left out.
 *
 * @throws MisfitError with the first place where it is something else
 */
export function parseInput<K extends Kind>(kind: K, input: unknown): InputByKind[K] {
  return parsed<InputByKind[K]>(inputSchemas[kind], input, `the input of \`${kind}\``);
}

/** @throws MisfitError */
export function parsed<T>(schema: Schema, value: unknown, what: string): T {
  const misfit = firstMisfit(schema, value);
  if (misfit !== undefined) throw new MisfitError(misfit, what);
  return withoutNulls(schema, value) as T;
}

/** `documents[2].text`: a path as programs write it. */
function placeOf(path: Misfit['path']): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number'
        ? `${text}[${part}]`
        : text === ''
          ? part.slice(0, 100)
          : `${text}.${part.slice(0, 100)}`,
    '',
  );
}
