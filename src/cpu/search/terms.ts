import { fold, lower } from './fold.js';

/** Letters of scripts that leave no blanks between words. */
const unparted =
  '(?=[\\p{L}\\p{M}\\p{N}])[\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Bopo}\\u30FC\\uFF70\\uFF9E\\uFF9F\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}\\p{sc=Tibt}]';
const unpartedRun = new RegExp(`(?:${unparted})+`, 'gu');
const isUnparted = new RegExp(unparted, 'u');
const brokenLine = new RegExp(`(?<=${unparted})\\s*\\n\\s*(?=${unparted})`, 'gu');

/** Scripts whose words have others grown to them: particles, articles, endings. */
const grown = /[\p{sc=Hang}\p{sc=Arab}\p{sc=Hebr}]/u;

const letter = '[\\p{L}\\p{M}\\p{N}\\u00AD\\u200B-\\u200D\\u2060]';

/** A hyphen at the end of a line, and blanks between groups of three digits. */
const brokenWord = '(?<=\\p{L})[-\\u2010]\\r?\\n[ \\t]*(?=\\p{Ll})';
const groups =
  '(?<=(?<!\\p{N})\\p{N}{1,3}|[ \\u00A0\\u2009\\u202F]\\p{N}{3})[ \\u00A0\\u2009\\u202F](?=\\p{N}{3}(?!\\p{N}))';

/**
 * Words; what is written together by `_`, `-` or an apostrophe, what a line has parted, and numbers with their separators, are one, with `C++`
 * and `C#`.
 */
const written = new RegExp(
  `${letter}+(?:(?:${brokenWord}|[_\\-\\u2010\\u2011'\\u2019]|(?<=\\p{N})[.,\\u066B\\u066C](?=\\p{N})|${groups})${letter}+)*(?:(?<=\\p{L})[+#]+)?`,
  'gu',
);
const joints = /[-\u2010]\r?\n[ \t]*|[_\-\u2010\u2011'\u2019.,\u066B\u066C \u00A0\u2009\u202F]/u;

/** A number with its thousands apart, and one that has decimals, too. */
const thousands = "\\p{N}{1,3}(?:[.,\\u066C'\\u2019 \\u00A0\\u2009\\u202F]\\p{N}{3})+";
const grouped = new RegExp(`^${thousands}$`, 'u');
const groupedWhole = new RegExp(`^(${thousands})[.,\\u066B]\\p{N}+$`, 'u');
/** A unit or a currency that is written to a number. */
const unit = /^\P{N}+|\P{N}+$/gu;

/** Particles at the end of Korean words, and the article in front of Arabic ones. */
const particles = /(?<=..)(?:으로|에서|에게|까지|부터|처럼|보다|하고|입니다|을|를|이|가|은|는|의|에|로|와|과|도|만)$/u;
const article = /^[وفبك]?ال(?=...)|^لل(?=...)/u;

/** Least letters of a German noun that is found inside of others, and how much longer those are. */
const [leastNoun, leastMore] = [5, 3];
const noun = /^\p{Lu}\p{Ll}/u;
/** Between the words of `retryLimit`, `HTTPServer` and `v2`. */
const seams = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{L}\p{M}*)(?=\p{N})|(?<=\p{N})(?=\p{L})/u;

/** Least letters of a word that is taken as the beginning of others. */
const leastPrefix = 3;

/** A longer word is none: encoded data. */
const longestWord = 400;

/** Most words whose terms are remembered. */
const mostRemembered = 100_000;

let segmenter: Intl.Segmenter | undefined;

/** One for the process: making one takes milliseconds. */
function segment(run: string): string[] {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'word' });
  return Array.from(segmenter.segment(run), ({ segment: word }) => word);
}

/** A word of a text, where it stands, and what of the question it has. */
export interface Found {
  at: number;
  length: number;
  terms: readonly string[];
}

/**
 * What a question asks for, and where a text has it.
 *
 * Terms-1. Words are found with and without their accents (`ü` as `u` and as `ue`), in whole and in the parts of an identifier, and by their
 *     beginnings; German nouns inside of others.
 * Terms-2. In scripts without blanks, and in those whose words grow, a word is found wherever its letters are: how the text would be cut does
 *     not matter, and the question alone is segmented.
 */
export class Terms {
  /** Found as words, or as their beginnings. */
  readonly #words = new Set<string>();
  readonly #prefixes: string[];
  /** Found inside of longer words, if those are nouns as well: `Versicherung` in `Haftpflichtversicherung`. */
  readonly #nouns = new Set<string>();
  /** Found anywhere, in folded text. */
  readonly inside: readonly string[];
  readonly #remembered = new Map<string, readonly string[]>();

  constructor(question: string) {
    const inside = new Set<string>();
    for (const [raw] of question.matchAll(written)) {
      for (const run of raw.match(unpartedRun) ?? []) for (const term of segmentsOf(run)) inside.add(term);
      for (const part of raw.split(unpartedRun).filter((piece) => piece !== '')) {
        for (const term of formsOf(part)) {
          if (!grown.test(term)) this.#words.add(term);
          else for (const form of [term, term.replace(particles, ''), term.replace(article, '')]) inside.add(form);
        }
        if (noun.test(part) && part.length >= leastNoun && !joints.test(part)) this.#nouns.add(fold(part));
      }
    }
    // A question of signs alone.
    if (inside.size === 0 && this.#words.size === 0) {
      for (const signs of question.trim().split(/\s+/)) if (signs !== '') inside.add(fold(signs));
    }
    this.inside = [...inside].filter((term) => term !== '');
    this.#prefixes = [...this.#words].filter((word) => isPrefix(word));
  }

  /** All of them. */
  get all(): string[] {
    return [...this.#words, ...this.inside];
  }

  /** Whether a term is the beginning of words as well. */
  isPrefix(term: string): boolean {
    return this.#words.has(term) && isPrefix(term);
  }

  /** What of the question a word has. */
  of(word: string): readonly string[] {
    const known = this.#remembered.get(word);
    if (known !== undefined) return known;
    const terms = formsOf(word).filter(
      (form) => this.#words.has(form) || this.#prefixes.some((prefix) => form.startsWith(prefix)),
    );
    if (this.#nouns.size > 0 && noun.test(word)) {
      const whole = fold(word);
      const isLonger = ({ length }: string) => whole.length >= length + leastMore;
      terms.push(...[...this.#nouns].filter((each) => isLonger(each) && whole.includes(each) && !terms.includes(each)));
    }
    if (this.#remembered.size > mostRemembered) this.#remembered.clear();
    this.#remembered.set(word, terms);
    return terms;
  }

  /** Where the words of a text are that have something of the question. */
  *wordsIn(text: string): Generator<Found> {
    for (const { word, at } of wordsOf(text)) {
      const terms = isUnparted.test(word) ? [] : this.of(word);
      if (terms.length > 0) yield { at, length: word.length, terms };
    }
  }
}

/** A text whose lines are broken inside of words, as scripts without blanks do, in one. */
export function withoutBrokenLines(text: string): string {
  return text.replaceAll(brokenLine, '');
}

/** Words of a text; those of scripts without blanks are pairs of letters, which stand for so much text and nothing else. */
export function* wordsOf(text: string): Generator<{ word: string; at: number }> {
  for (const { 0: raw, index } of text.matchAll(written)) {
    if (raw.length > longestWord && !isUnparted.test(raw)) continue;
    if (!isUnparted.test(raw)) {
      yield { word: raw, at: index };
      continue;
    }
    let from = 0;
    for (const { 0: run, index: at } of raw.matchAll(unpartedRun)) {
      if (at > from) yield { word: raw.slice(from, at), at: index + from };
      for (let pair = 0; pair < run.length; pair += 2) yield { word: run.slice(pair, pair + 2), at: index + at + pair };
      from = at + run.length;
    }
    if (from < raw.length) yield { word: raw.slice(from), at: index + from };
  }
}

/** The forms in which a word is known: as it is and without accents, in whole, joined and in its parts. */
function formsOf(word: string): string[] {
  const pieces = word.split(joints).filter((piece) => piece !== '');
  const parts = pieces.flatMap((piece) => piece.split(seams));
  const wholes = pieces.length > 1 ? [word, pieces.join(''), ...pieces] : [word];
  const all = [...wholes, ...parts, ...numbersIn(word)];
  return [...new Set(all.flatMap((form) => [lower(form), fold(form), fold(spelt(form))]))].filter(
    (form) => form !== '',
  );
}

/** A grouped number as its digits alone, without its decimals and what is written to it: `1,500,000원`. */
function numbersIn(word: string): string[] {
  const bare = word.replaceAll(unit, '');
  return [grouped.exec(bare)?.[0], groupedWhole.exec(bare)?.[1]].flatMap(
    (found) => found?.replaceAll(/\P{N}/gu, '') ?? [],
  );
}

/** German without umlauts: `Schluessel`. */
function spelt(word: string): string {
  if (!/[äöüÄÖÜ]|[aouAOU]\u0308/u.test(word)) return word;
  return word.normalize('NFC').replaceAll(/[äöü]/giu, (vowel) => `${fold(vowel)}e`);
}

/** A run of letters in whole and segment by segment; single letters, such as particles, where there is nothing else. */
function segmentsOf(run: string): string[] {
  const segments = segment(run).map((word) => fold(word));
  const words = segments.filter((word) => Array.from(word).length > 1);
  return [fold(run), ...words];
}

function isPrefix(word: string): boolean {
  return word.length >= leastPrefix && !/^\p{N}+$/u.test(word);
}
