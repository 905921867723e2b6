import type { Stored } from '../contract/stored.js';
import { isInStore } from '../contract/stored.js';
import type { OutputPath, OutputReference } from '../contract/run-result.js';

/** An output as history keeps it. */
export interface DividedOutput {
  /** The output. `null` stands in it where a part belongs that is in the store. */
  output: unknown;
  references: readonly OutputReference[];
}

/** The output of a branch, at its place in another output. Only code makes an instance: no JSON is one. */
export class Part {
  constructor(readonly stored: Stored<unknown>) {}
}

/**
 * Makes an output as history keeps it, with its references beside it.
 *
 * OutputParts-1. A value is a reference because of where it stands, never because of how it looks.
 * OutputParts-2. The inside of a part is the word of a model, a tool or a user, and is never searched for references.
 *
 * @param outline a part, or lists and objects that code has made, with parts in them
 */
export function divided(outline: unknown): DividedOutput {
  const references: OutputReference[] = [];
  return { output: divide(outline, [], references), references };
}

function divide(outline: unknown, path: OutputPath, references: OutputReference[]): unknown {
  if (outline instanceof Part) {
    const { stored } = outline;
    if (!isInStore(stored)) return stored.inline;
    references.push({ path, sha256: stored.sha256, bytes: stored.bytes });
    return null;
  }
  if (Array.isArray(outline)) return outline.map((inner, at) => divide(inner, [...path, at], references));
  if (typeof outline !== 'object' || outline === null) return outline;
  return Object.fromEntries(
    Object.entries(outline).map(([name, inner]) => [name, divide(inner, [...path, name], references)]),
  );
}

/** Puts a part where it belongs in a copy of the output. */
export function withPart(output: unknown, [step, ...rest]: OutputPath, part: unknown): unknown {
  if (step === undefined) return part;
  const put = (inner: unknown, at: string | number) => (at === step ? withPart(inner, rest, part) : inner);
  if (Array.isArray(output)) return output.map(put);
  return Object.fromEntries(Object.entries(output ?? {}).map(([name, inner]) => [name, put(inner, name)]));
}
