import type { Lint, LocalLinter } from 'harper.js';

import { dialects } from '../../contract/dialects.js';
import type { Dialect } from '../../contract/dialects.js';
import type { Remark } from '../../fold/findings.js';
import { dialectOf, isPlainlyEnglish, isSurelyEnglish } from '../grammar/english.js';
import { isInAddress, isInName, latinIn } from '../grammar/no-prose.js';
import { isOwn, ownWordsOf } from '../grammar/own-words.js';
import { isNear, isSure } from '../grammar/sure-suggestion.js';
import { americanOf, waysOf } from '../grammar/word-parts.js';

/** Of what matters of style, and not of what is right. */
const style = new Set(['Style', 'Enhancement', 'Readability', 'WordChoice', 'Redundancy', 'Regionalism']);

/** What is said of a single word: names, terms and codes are left alone by it. */
const ofWords = new Set(['Spelling', 'Typo', 'Capitalization', 'Malapropism', 'Eggcorn', 'Nonstandard']);

/** What a machine's rule says may be wrong: none of it is an error. */
export interface GrammarCheck {
  findings: Remark[];
  /** Why there are no more, or none: the text is not English, which is all that Harper knows. */
  note?: string;
}

const mostFindings = 1_000;

/** A text with a larger share of words that it does not know is taken to be in another language; Harper's own guess is wrong about short texts. */
const mostUnknown = 0.3;

/** As much of a text of which it is doubtful shows its language, in UTF-16 code units. */
const sampleLength = 2_000;

/** Most words that are looked up in another dialect: each takes 5 ms. */
const mostLookedUp = 100;

const notEnglish = { findings: [], note: 'The text is not English, which is all that the local checker knows.' };

export interface GrammarTask {
  text: string;
  markdown: boolean;
  /** As it shows in the text, by default. */
  dialect?: Dialect;
  /** Words that are right. */
  words?: readonly string[];
}

/** Grammar, spelling and punctuation by Harper's rules; code in Markdown, names, defined terms and codes are left out. */
export async function checkGrammar({ text, markdown, dialect, words = [] }: GrammarTask): Promise<GrammarCheck> {
  const own = new Set([...ownWordsOf(text), ...words]);
  const seen = dialect ?? dialectOf(text);
  const linter = await linterOf(seen ?? 'american');
  await learn(linter, [...own]);
  const language = markdown ? 'markdown' : 'plaintext';
  const isForeign = (lints: readonly Ruled[], of: string) => {
    if (isSurelyEnglish(of)) return false;
    const known = (of.match(/\p{L}+/gu) ?? []).filter((word) => !own.has(word)).length;
    return lints.filter(({ lint }) => lint.lint_kind() === 'Spelling').length > known * mostUnknown;
  };
  if (!isPlainlyEnglish(text)) {
    const sample = text.slice(0, sampleLength);
    if (isForeign(await lintsOf(linter, sample, language), sample)) return notEnglish;
  }
  const lints = await lintsOf(linter, text, language);
  if (isForeign(lints, text)) return notEnglish;
  const latin = latinIn(text);
  const told = lints.filter(({ lint, quote, at }) => {
    const end = at + quote.length;
    const isLatin = ofWords.has(lint.lint_kind()) && latin.some((each) => each.at < end && at < each.end);
    return !isLatin && !isInAddress(text, at, end) && !isLeftAlone(lint.lint_kind(), quote, own);
  });
  const unknownWords = told.filter(isSpelling);
  const elsewhere = await knownElsewhere(unknownWords, seen ?? 'american');
  const british = await britishAmong(unknownWords);
  // Where the dialect does not show, what any of them knows is right; and so is a British spelling, except in North America.
  const isRight = ({ quote }: Ruled) =>
    (seen === undefined && elsewhere.has(quote)) || (!northAmerican.has(seen) && british.has(quote));
  const kept = told.filter((each) => !(isSpelling(each) && isRight(each)));
  const made = await madeOfKnown(unknownWords.filter((each) => sureOf(each, text)));
  const left = kept.length - mostFindings;
  const unknown = lints.filter(isSpelling).map((each) => ({ ...each, isSlip: sureOf(each, text) }));
  return {
    ...(left > 0 && { note: `${left} more are left out.` }),
    findings: kept.slice(0, mostFindings).map((each) => {
      const isOther = isSpelling(each) && (elsewhere.has(each.quote) || british.has(each.quote));
      const remark = remarkOf(each, text, isOther ? seen : undefined);
      const isWord = isSpelling(each) && made.has(each.quote);
      return { ...remark, sure: remark.sure === true && !isWord && !isBesideStranger(each, unknown) };
    }),
  };
}

const learnt = new WeakMap<LocalLinter, string>();

/** Known words are passed over; of each that is not, Harper looks for others like it. */
async function learn(linter: LocalLinter, words: readonly string[]): Promise<void> {
  const all = words.join('\n');
  // New words cost the linter what it remembers of words and sentences.
  if (learnt.get(linter) === all) return;
  learnt.set(linter, all);
  // The words of the text before are not of this one.
  await linter.clearWords();
  await linter.importWords(words.flatMap((word) => [word, `${word}'s`]));
}

/** A lint and what it is about. */
interface Ruled {
  rule: string;
  lint: Lint;
  quote: string;
  at: number;
}

async function lintsOf(linter: LocalLinter, text: string, language: 'markdown' | 'plaintext'): Promise<Ruled[]> {
  const found = Object.entries(await linter.organizedLints(text, { language })).flatMap(([rule, lints]) =>
    lints.map((lint) => {
      const { start: at, end } = lint.span();
      return { rule, lint, quote: text.slice(at, end), at };
    }),
  );
  return found.toSorted((one, other) => one.at - other.at);
}

function isSpelling({ rule }: Ruled): boolean {
  return rule === 'SpellCheck';
}

/** Whether a word stands beside one that is no slip and that nobody knows: both may be of another language. */
function isBesideStranger({ at, quote }: Ruled, unknown: readonly (Ruled & { isSlip: boolean })[]): boolean {
  const end = at + quote.length;
  return unknown.some((each) => !each.isSlip && (each.at === end + 1 || each.at + each.quote.length === at - 1));
}

/** Letters of lists, such as `Schedule B`, are no words. */
function isLeftAlone(kind: string, quote: string, own: ReadonlySet<string>): boolean {
  return (kind === 'Spelling' && /^\p{L}{1,2}\.?$/u.test(quote)) || (ofWords.has(kind) && isOwn(quote, own));
}

/** @param dialect set where the word is right elsewhere, and not in it */
function remarkOf({ rule, lint, quote, at }: Ruled, text: string, dialect: Dialect | undefined): Remark {
  const kind = lint.lint_kind();
  const suggestions = lint.suggestions();
  const candidates = suggestions.map((each) => each.get_replacement_text());
  const [suggestion] = suggestions;
  const isName = kind === 'Spelling' && /^\p{Lu}/u.test(quote);
  // An insertion is said as what stands there afterwards.
  const added =
    rule === 'SpellCheck'
      ? candidates.find((candidate) => isNear(quote, candidate))
      : rule === 'AnA'
        ? articleLike(quote, candidates[0])
        : candidates[0];
  return {
    quote,
    at,
    severity: style.has(kind) || rule === 'UseTitleCase' || isName || dialect !== undefined ? 'info' : 'warning',
    message: dialect === undefined ? lint.message() : `\`${quote}\` is not the ${named(dialect)} spelling.`,
    ...(added !== undefined && { suggestion: suggestion?.kind() === insertAfter ? quote + added : added }),
    sure: dialect === undefined && sureOf({ rule, lint, quote, at }, text),
  };
}

function sureOf({ rule, lint, quote, at }: Ruled, text: string): boolean {
  const end = at + quote.length;
  const suggestions = lint.suggestions().map((each) => each.get_replacement_text());
  return !isInName(text, at, end) && isSure({ rule, quote, suggestions, text, end });
}

/** Harper takes the `A` of a sentence's beginning for a word in capitals. */
function articleLike(quote: string, suggestion: string | undefined): string | undefined {
  return quote === 'A' && suggestion === 'AN' ? 'An' : suggestion;
}

function named(dialect: Dialect): string {
  return dialect.charAt(0).toUpperCase() + dialect.slice(1);
}

/** Where words are not spelt as in Britain. */
const northAmerican: ReadonlySet<Dialect | undefined> = new Set(['american', 'canadian']);

/** British spellings of words that only American English knows: anonymised, sublicence. */
async function britishAmong(lints: readonly Ruled[]): Promise<Set<string>> {
  const others = new Map(
    lints.slice(0, mostLookedUp).flatMap(({ quote }) => {
      const other = americanOf(quote);
      return other === undefined ? [] : [[quote, other] as const];
    }),
  );
  const known = await knownOf([...others.values()], ['american']);
  return new Set([...others].flatMap(([word, other]) => (known.has(other) ? [word] : [])));
}

/** Those of them that may be words all the same, since they are made of known ones: tortious, chargor, backprop. */
async function madeOfKnown(lints: readonly Ruled[]): Promise<Set<string>> {
  const words = [...new Set(lints.map(({ quote }) => quote))].slice(0, mostLookedUp);
  const known = await knownOf([...new Set(words.flatMap((word) => waysOf(word).flat()))], ['american', 'british']);
  return new Set(words.filter((word) => waysOf(word).some((way) => way.every((part) => known.has(part)))));
}

/** Words that American or British English knows, where the dialect that was looked in does not. */
async function knownElsewhere(lints: readonly Ruled[], dialect: Dialect): Promise<Set<string>> {
  const unknown = [...new Set(lints.map(({ quote }) => quote))].slice(0, mostLookedUp);
  return knownOf(
    unknown,
    (['american', 'british'] as const).filter((other) => other !== dialect),
  );
}

/** Those of the words that any of the dialects knows. */
async function knownOf(words: readonly string[], of: readonly ('american' | 'british')[]): Promise<Set<string>> {
  if (words.length === 0) return new Set();
  const known = await Promise.all(
    of.map(async (dialect) => {
      const speller = await spellerOf(dialect);
      const misspelt = await speller.lint(words.join('\n\n'), { language: 'plaintext' });
      const wrong = new Set(misspelt.map((lint) => lint.get_problem_text()));
      return words.filter((word) => !wrong.has(word));
    }),
  );
  return new Set(known.flat());
}

/** Harper's `SuggestionKind.InsertAfter`. */
const insertAfter = 2;

const linters = new Map<Dialect, LocalLinter>();
const spellers = new Map<Dialect, LocalLinter>();

async function linterOf(dialect: Dialect): Promise<LocalLinter> {
  const known = linters.get(dialect);
  if (known !== undefined) return known;
  const linter = await newLinter(dialect);
  linters.set(dialect, linter);
  return linter;
}

/** A linter with no rule but spelling. */
async function spellerOf(dialect: Dialect): Promise<LocalLinter> {
  const known = spellers.get(dialect);
  if (known !== undefined) return known;
  const linter = await newLinter(dialect);
  const rules = Object.keys(await linter.getDefaultLintConfig());
  await linter.setLintConfig(Object.fromEntries(rules.map((rule) => [rule, rule === 'SpellCheck'])));
  spellers.set(dialect, linter);
  return linter;
}

async function newLinter(dialect: Dialect): Promise<LocalLinter> {
  const [{ LocalLinter: Linter }, { slimBinary }] = await Promise.all([
    import('harper.js'),
    import('harper.js/slimBinary'),
  ]);
  // Harper's `Dialect` is numbered in the order of `dialects`.
  return new Linter({ binary: slimBinary, dialect: dialects.indexOf(dialect) });
}
