import { beginningOf } from '../../src/contract/cut-text.js';
import { shownCharacters } from '../../src/plan/result-tool.js';
import { shown } from '../../src/plan/graph/template.js';
import { partsIn } from './result-parts.js';

/** Characters of a page, so that it is shown whole with the sentence at its end. */
const pageCharacters = shownCharacters - 300;

/** Most characters of a result that is kept whole. */
const mostKept = 20_000_000;

/** The text of a result: of one with images, all that is said between them. */
export function textOf(result: unknown): string {
  const parts = partsIn(result);
  if (parts !== undefined) return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
  const text = shown(result);
  // A long value is shown without white space.
  return typeof result === 'string' || text.length <= shownCharacters ? text : JSON.stringify(result);
}

/**
 * A part of a text, whole where it is short; its end says how to go on.
 *
 * @param call key of the call that the text is the result of
 * @param from character at which the part begins, in UTF-16 code units
 */
export function pageOf(text: string, call: string, from = 0): string {
  if (from === 0 && text.length <= shownCharacters) return text;
  const page = beginningOf(text.slice(from), pageCharacters);
  const next = from + page.length;
  if (next >= text.length) return page;
  return `${page}…\n(characters ${from} to ${next} of ${text.length}; go on with read_result, { "call": ${JSON.stringify(call)}, "from": ${next} })`;
}

/** A text without what is beyond a page, where nothing reads on. */
export function cutText(text: string): string {
  // Results of earlier versions were cut when they were made, and have this sentence behind the last character.
  if (text.length <= shownCharacters + 100) return text;
  const page = beginningOf(text, shownCharacters);
  return `${page}… (cut: ${text.length - page.length} more characters)`;
}

/** A result as it is kept, where it is kept whole. */
export function keptWhole(result: unknown): unknown {
  const text = typeof result === 'string' ? result : JSON.stringify(result);
  if (text === undefined || text.length <= mostKept) return result ?? '';
  return `${beginningOf(text, mostKept)}… (cut: ${text.length - mostKept} more characters)`;
}
