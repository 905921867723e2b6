/** Flags that a pattern of a JSON Schema may have beside it; `g`, `d` and `y` say how to search, not what fits. */
export const patternFlags = /^(?!.*(.).*\1)(?!.*u.*v|.*v.*u)[imsuv]*$/;

/** What means something else, and not what its author meant, where a pattern is read without the flag `u`. */
const unicodeOnly = /\\(?:p\{|P\{|u\{|k<)/;

/**
 * What other languages' expressions have, and JavaScript takes for letters: `\A` and `\Z` of Python, Ruby and PCRE, `\h`, `\Q`, `\X`; `\i` and
 * `\c*` of XML Schema; `\<` and `` \` `` of GNU; `\x{41}`, `\pL`; `{,5}`.
 */
const foreignEscape =
  /^(?:[^\\]|\\[^])*?(\\(?:[ACEGHIKLNQRUVXYZaeghilmoqyz<>`]|c(?![A-Za-z])|[pP](?!\{)|k(?!<)|x(?![0-9A-Fa-f]{2}))|\{,\d+\})/;
/** A class that begins with its end, or has classes in it: `[]abc]`, `[a-z&&[^x]]`. Only `u` refuses the bracket that is left over. */
const foreignClass =
  /^(?:[^\\[]|\\[^]|\[(?!\^?\])(?:[^\\\]]|\\[^])*\])*?(\[\^?\](?=(?:[^\\[\]]|\\[^])*\])|\[(?:[^\\\]]|\\[^])*?(?:&&|--)\[)/;
/** Classes of POSIX, which are sets of letters in JavaScript, with and without the flag `u`. */
const posixClass = /\[\^?(?:[^\]\\]|\\[^])*\[:\^?[a-z]+:\]/;

/**
 * A pattern of a JSON Schema as a regular expression. Without flags of its own it is read with `u`, as JSON Schema says, and without
 * where only that compiles: `\-` and `[\w-.]` stand in many schemas.
 *
 * @param flags the schema's `patternFlags`, which are JavaScript's own; taken as they are
 * @throws SyntaxError where it is no regular expression
 */
export function compilePattern(source: string, flags?: string): RegExp {
  if (flags !== undefined) return new RegExp(source, flags);
  const [posix] = posixClass.exec(source) ?? [];
  if (posix !== undefined) throw new SyntaxError(`\`${posix}\` is a class of POSIX, and another one in JavaScript`);
  try {
    return new RegExp(source, 'u');
  } catch (error) {
    if (unicodeOnly.test(source)) throw error;
    const [, foreign] = foreignEscape.exec(source) ?? foreignClass.exec(source) ?? [];
    if (foreign !== undefined)
      throw new SyntaxError(`\`${foreign}\` is of another language, and means something else in JavaScript`);
    return new RegExp(source);
  }
}

/** A pattern in the words of a JSON Schema. */
export interface JsonPattern {
  pattern: string;
  /** JavaScript's flags, where they make a difference; ours, and unknown to others. */
  patternFlags?: string;
}

/** What fits more or less text where it is read with `u` than without. */
const differsByUnicode = /[^\0-\uFFFF]|[\uD800-\uDFFF]|\\[uU]|\\[pPkSWDB]|\[\^|(?:^|[^\\])(?:\\\\)*\./u;

/**
 * A regular expression of JavaScript as a pattern that fits the same texts. `g` and `d` change nothing of what fits; `y` is written
 * out; the others travel beside the pattern.
 */
export function jsonPatternOf({ source, flags }: Pick<RegExp, 'source' | 'flags'>): JsonPattern {
  const own = flags.replaceAll(/[gdy]/g, '');
  const pattern = flags.includes('y') ? `(?<![\\s\\S])(?:${source})` : source;
  const isAsWithout = own === '' && (!differsByUnicode.test(source) || !compiles(pattern, 'u'));
  return own === 'u' || isAsWithout ? { pattern } : { pattern, patternFlags: own };
}

/**
 * Puts the flags of a text's regular expressions beside the patterns of its JSON Schema, from which zod leaves them out.
 *
 * @param formats definitions of the text's checks; of zod's own formats, those without flags are meant as JSON Schema reads them
 */
export function keepFlags(
  formats: readonly { format?: string; pattern?: RegExp }[],
  json: { pattern?: unknown; allOf?: unknown },
): void {
  const left = formats.flatMap(({ format, pattern }) => (pattern ? [{ isAuthors: format === 'regex', pattern }] : []));
  const more = Array.isArray(json.allOf) ? (json.allOf as { pattern?: unknown }[]) : [];
  for (const part of [json, ...more]) {
    const at = left.findIndex(({ pattern }) => pattern.source === part.pattern);
    // Of two with the same source each has its own flags.
    const [found] = at < 0 ? [] : left.splice(at, 1);
    if (found === undefined) continue;
    if (found.isAuthors || /[imsv]/.test(found.pattern.flags)) Object.assign(part, jsonPatternOf(found.pattern));
  }
}

function compiles(source: string, flags: string): boolean {
  try {
    return new RegExp(source, flags) instanceof RegExp;
  } catch {
    return false;
  }
}
