/** Flags that a pattern of a JSON Schema may have beside it; `g`, `d` and `y` say how to search, not what fits. */
export const patternFlags = /^(?!.*(.).*\1)(?!.*u.*v|.*v.*u)[imsuv]*$/;

/** What means something else, and not what its author meant, where a pattern is read without the flag `u`. */
const unicodeOnly = /\\(?:p\{|P\{|u\{|k<)/;

/**
 * A pattern of a JSON Schema as a regular expression. Without flags of its own it is read with `u`, as JSON Schema says, and without
 * where only that compiles: `\-` and `[\w-.]` stand in many schemas.
 *
 * @param flags the schema's `patternFlags`, which are JavaScript's own; taken as they are
 * @throws SyntaxError where it is no regular expression
 */
export function compilePattern(source: string, flags?: string): RegExp {
  if (flags !== undefined) return new RegExp(source, flags);
  try {
    return new RegExp(source, 'u');
  } catch (error) {
    if (unicodeOnly.test(source)) throw error;
    return new RegExp(source);
  }
}
