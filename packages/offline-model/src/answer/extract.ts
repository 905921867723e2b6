import { beginningOf } from './beginning-of.js';
import type { Ask } from '../ask/ask.js';
import { quarryOf } from './quarry.js';
import type { Quotes } from './quarry.js';

// Enough to see what each branch is about, short enough to look at several of them.
const quotesByDefault = 4;
const mostQuotes = 20;
const longestQuote = 400;

const nothingToQuote =
  'Offline model: it does not reason, it only quotes sentences from a text, and this request holds no text to quote from.';

/**
 * A Markdown list of quotes from the material, under a line which says that this is an extract. The same for the same ask.
 */
export function extract(ask: Ask): string {
  const unseen = unseenOf(ask);
  // The question is not what was to be read.
  if (unseen !== undefined && ask.material.length === 0)
    return `Offline model: ${unseen} There is no text to quote from.`;
  const hasMaterial = ask.material.length > 0;
  const { texts, relation } = quarryOf(hasMaterial ? ask.material : [ask.prompt]).quotes(
    ask.instruction,
    quotesWanted(ask.instruction),
    hasMaterial ? ask.instruction : '',
  );
  if (texts.length === 0) return nothingToQuote;
  const opening = openingLine(ask, relation);
  return [
    unseen === undefined ? opening : `${opening} ${unseen}`,
    '',
    ...texts.map((text) => `- "${shorten(text)}"`),
  ].join('\n');
}

/** Most files that are named one by one. */
const mostNamed = 3;

/** Says that there are files which it cannot see, where there are. */
export function unseenOf({ unseen }: Pick<Ask, 'unseen'>): string | undefined {
  if (unseen.length === 0) return undefined;
  const named = unseen.slice(0, mostNamed).join(', ');
  const more = unseen.length > mostNamed ? ` and ${unseen.length - mostNamed} more` : '';
  return `It cannot see images and PDFs, and was given ${named}${more}.`;
}

function openingLine(ask: Ask, relation: Quotes['relation']): string {
  const where = ask.afterTools ? 'the tool results' : ask.material.length > 0 ? 'the text' : 'the prompt';
  switch (relation) {
    case 'close':
      return `Offline extract: the sentences of ${where} closest to the question.`;
    case 'no-topic':
      return `Offline extract: sentences typical of ${where}.`;
    case 'foreign':
      return `Offline extract: no sentence of ${where} shares a word with the question; these are typical of it.`;
  }
}

const numerals = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

/** "in 3 sentences", "one sentence", "five bullet points": what the instruction asks for, else a default. */
export function quotesWanted(instruction: string): number {
  const [, amount = ''] =
    /\b(\d{1,3}|[a-z]+|an?)\s+(?:short\s+|brief\s+|concise\s+)?(?:sentence|bullet|quote|point)s?\b/i.exec(
      instruction,
    ) ?? [];
  const count = /^an?$/i.test(amount) ? 1 : Number(amount) || numerals.indexOf(amount.toLowerCase()) + 1;
  return count >= 1 ? Math.min(count, mostQuotes) : quotesByDefault;
}

function shorten(text: string): string {
  if (text.length <= longestQuote) return text;
  // At a word boundary, where there is one.
  return `${beginningOf(text, longestQuote).replace(/\s+\S*$/, '')} …`;
}
