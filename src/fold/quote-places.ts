import { decodedText } from './markdown-text.js';

/** Where something stands, in UTF-16 code units. */
export interface Span {
  start: number;
  end: number;
}

/** Where a quote stands, and whether that is beyond doubt: letter by letter, and nowhere else. */
export interface QuotePlace extends Span {
  sure: boolean;
}

/**
 * Finds quotes in a text.
 *
 * QuotePlaces-1. Letter by letter, if that is anywhere; else as `folded`: with other quotation marks, dashes, blanks or marks of Markdown, which
 *     models do not copy. Every letter and digit has to be the same, in the same order: a paraphrase is nowhere.
 * QuotePlaces-2. Whole words first: `he` is not found in "the" while it stands elsewhere by itself.
 */
export class QuotePlaces {
  #folded: Folded | undefined;

  constructor(readonly text: string) {}

  find(quote: string): QuotePlace | undefined {
    const wanted = quote.trim();
    if (wanted === '') return undefined;
    const exact = placesOf(this.text, wanted);
    if (exact !== undefined) return { start: exact.at, end: exact.at + wanted.length, sure: exact.alone };
    const shape = fold(wanted).text.trim();
    // Marks alone are no quote.
    if (!/[\p{L}\p{N}]/u.test(shape)) return undefined;
    const { text, starts, ends } = (this.#folded ??= fold(this.text));
    for (const each of [shape, bare(shape)]) {
      const found = each === '' ? undefined : placesOf(text, each);
      if (found !== undefined)
        return { start: starts[found.at] ?? 0, end: ends[found.at + each.length - 1] ?? 0, sure: false };
    }
    return undefined;
  }
}

/** A quote without the quotation marks that it was put into, and without the dots that it ends with where it goes on. */
function bare(shape: string): string {
  const inside = /^(["'])([^]*)\1$/.exec(shape)?.[2] ?? shape;
  return inside.replace(/\s*\.{3}$/, '').trim();
}

/** The first place as whole words, else the first of all; and whether there is no other of its kind. */
function placesOf(text: string, wanted: string): { at: number; alone: boolean } | undefined {
  let [first, whole, count, wholes] = [-1, -1, 0, 0];
  for (let at = text.indexOf(wanted); at >= 0 && wholes < 2; at = text.indexOf(wanted, at + 1)) {
    if (count === 0) first = at;
    count += 1;
    if (cutsWord(text, at) || cutsWord(text, at + wanted.length)) continue;
    if (wholes === 0) whole = at;
    wholes += 1;
  }
  if (count === 0) return undefined;
  return wholes > 0 ? { at: whole, alone: wholes === 1 } : { at: first, alone: count === 1 };
}

/** Scripts that are written without blanks have no words that could be cut here. */
const cut = /^[\p{L}\p{N}\p{M}]{2}$/u;
const withoutBlanks = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

function cutsWord(text: string, at: number): boolean {
  const around = text.slice(Math.max(0, at - 1), at + 1);
  return cut.test(around) && !withoutBlanks.test(around);
}

/** A text in one way of writing, and for each of its code units where in the text that begins and ends. */
interface Folded {
  text: string;
  starts: readonly number[];
  ends: readonly number[];
}

/** A word, a blank, a mark, or a letter with what belongs to it. */
const pieces = new RegExp(
  [
    String.raw`(?<plain>[a-zA-Z0-9]+(?!\p{M}))`,
    String.raw`(?<blank>(?:\s|&nbsp;|\\(?=\n))+)`,
    String.raw`(?<nothing>[\u00AD\u200B-\u200D\u2060\uFE0F\uFEFF])`,
    String.raw`(?<break><br\s*\/?>|(?<=\s)\||\|(?=\s|$))`,
    // Inline HTML that Markdown has, the signs around an address, and a mark that leads to a note.
    String.raw`(?<tag><\/?(?:a|b|code|em|i|ins|kbd|mark|small|span|strong|u)(?:\s+[\w-]+="[^"<>\n]{0,200}")*>|<(?=https?:\/\/[^\s<>]{1,2000}>)|(?<=https?:\/\/[^\s<>]{1,2000})>|\[\^[\w-]{1,20}\](?!:))`,
    String.raw`(?<entity>&(?:amp|lt|gt|quot|apos);)`,
    // Where a link of Markdown leads.
    String.raw`(?<link>\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+"[^"\n]*")?\)|\]\[[^[\]\n]{0,80}\])`,
    // What a line of Markdown begins with: a heading, a quotation or an item of a list.
    String.raw`(?<line>(?<=(?:^|\n)[ \t]*)(?:#{1,6}(?=\s)|>|[-+*\u2022](?=\s)|(?:[-=_*]{3,}[ \t]*(?=\n))))`,
    String.raw`(?<mark>[*_\x60]+|~~)`,
    String.raw`(?<letter>[\s\S]\p{M}*)`,
  ].join('|'),
  'gu',
);

const alike: Readonly<Record<string, string>> = {
  ...same(`"`, '“”„‟«»″＂「」『』'),
  ...same(`'`, '‘’‚‛‹›′＇ʼ'),
  ...same('-', '‐‑‒–—―−﹘﹣－'),
  '…': '...',
  ﬀ: 'ff',
  ﬁ: 'fi',
  ﬂ: 'fl',
  ﬃ: 'ffi',
  ﬄ: 'ffl',
};

function same(as: string, characters: string): Record<string, string> {
  return Object.fromEntries(Array.from(characters, (character) => [character, as]));
}

/** Letters and signs that are as wide as ideographs, as what they are. */
function inAscii(piece: string): string {
  return /^[\uFF01-\uFF5E]$/.test(piece) ? String.fromCharCode(piece.charCodeAt(0) - 0xfee0) : piece;
}

function fold(source: string): Folded {
  const [letters, starts, ends]: [string[], number[], number[]] = [[], [], []];
  const put = (text: string, start: number, end: number) => {
    for (const unit of text.split('')) {
      letters.push(unit);
      starts.push(start);
      ends.push(end);
    }
  };
  let opened = -1;
  const drop = () => {
    letters.pop();
    starts.pop();
    ends.pop();
  };
  for (const { 0: piece, index: at, groups = {} } of source.matchAll(pieces)) {
    const end = at + piece.length;
    const last = letters.at(-1);
    if (groups['plain'] !== undefined) {
      for (let unit = 0; unit < piece.length; unit += 1) put(piece[unit] ?? '', at + unit, at + unit + 1);
      continue;
    }
    if (groups['blank'] !== undefined) {
      // Blanks beside a dash are a matter of taste, and so is how many there are.
      if (last !== undefined && last !== ' ' && last !== '-' && at !== opened) put(' ', at, end);
      continue;
    }
    if ((groups['nothing'] ?? groups['link'] ?? groups['line'] ?? groups['tag']) !== undefined) continue;
    if (groups['break'] !== undefined) {
      if (last !== undefined && last !== ' ') put(' ', at, end);
      continue;
    }
    if (groups['mark'] !== undefined) {
      if (isMark(source, at, end)) continue;
      put(piece, at, end);
      continue;
    }
    // The beginning of a link, and what takes its meaning from a mark.
    if (piece === '[' && /^\[[^[\]\n]*\][([]/.test(source.slice(at, at + 200))) continue;
    if (piece === '\\' && /[!-/:-@[-`{-~]/.test(source[end] ?? '')) continue;
    const letter = inAscii(groups['entity'] === undefined ? piece.replace('\uFE0F', '') : decodedText(piece));
    const written = alike[letter] ?? letter.normalize('NFC');
    // French sets blanks inside of its quotation marks, which German and Danish turn around.
    if (/[»›]/.test(piece) && last === ' ' && !isOpenedBy(piece, source, end)) drop();
    if (/[«‹]/.test(piece) && !isClosedBy(piece, source, at, last)) opened = end;
    if (written === '-') {
      if (last === ' ') drop();
      // Typewriters make a dash of two or three hyphens.
      if (letters.at(-1) === '-' && ends.at(-1) === at) {
        ends[ends.length - 1] = end;
        continue;
      }
    }
    put(written, at, end);
  }
  return { text: letters.join(''), starts, ends };
}

/** What follows a mark that opens: never a mark or number of a note, which follow one that closes. */
const inside = /[*_`~]*(?:[\p{L}\p{Nd}\p{Sc}({„‚]|\[(?![\d^])|<(?:a|b|code|em|i|span|strong|u)\b)/uy;

/** Whether » or › opens a quotation, as in »so« and »›so‹, sagte er«. */
function isOpenedBy(piece: string, source: string, end: number): boolean {
  inside.lastIndex = end;
  return inside.test(source) || (piece === '»' && source[end] === '›');
}

/** Whether « or ‹ closes a quotation, by what stands before it without a blank: `l’« État »` is opened. */
function isClosedBy(piece: string, source: string, at: number, last = ' '): boolean {
  const before = source[at - 1] ?? ' ';
  return !/[\s\p{Ps}]/u.test(last + before) && !/['\u2019]/.test(before) && !(piece === '‹' && before === '«');
}

/** Marks of emphasis and code stand beside a blank or a sign on one side; 2*3 and snake_case have none, and `a * b` has them on both. */
function isMark(text: string, start: number, end: number): boolean {
  const [before, after] = [text[start - 1] ?? ' ', text[end] ?? ' '];
  const isWord = (character: string) => /[\p{L}\p{N}]/u.test(character);
  if (isWord(before) && isWord(after)) return text.slice(start, end).includes('`');
  return !(/\s/.test(before) && /\s/.test(after));
}
