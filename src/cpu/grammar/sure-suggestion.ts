/** Doubled by mistake, and never on purpose. */
const neverDoubled = /^(?:the|a|an|of|and|to|for|with|at|by|from|or)\s/i;

/** What a rule says of a place in a text. */
export interface RuleRemark {
  rule: string;
  quote: string;
  /** Best first. */
  suggestions: readonly string[];
  text: string;
  end: number;
}

/**
 * Whether a suggestion leaves nothing to choose, so that it may go into a patch. Such are:
 *
 * SureSuggestion-1. of spelling, for a word of at least 4 small letters without accents that stands in the text at most twice: the only candidate with two letters in
 *     another order or a letter doubled or not; else the only one that has one letter inside of it added, left out, or changed for one that sounds like it;
 * SureSuggestion-2. `a` or `an` before a word in small letters;
 * SureSuggestion-3. `the` for `teh`, and the second of two equal words of those that are never doubled on purpose.
 */
export function isSure({ rule, quote, suggestions, text, end }: RuleRemark): boolean {
  switch (rule) {
    case 'SpellCheck':
      return isSureSpelling(quote, suggestions, text);
    case 'AnA':
      return /^\s+\p{Ll}{3,}(?![\p{L}\d])/u.test(text.slice(end, end + 50));
    case 'The':
      return true;
    case 'RepeatedWords':
      return neverDoubled.test(quote);
    default:
      return false;
  }
}

function isSureSpelling(word: string, suggestions: readonly string[], text: string): boolean {
  const [best] = suggestions;
  // Whoever writes an accent means it.
  if (best === undefined || !/^[a-z]{4,}$/.test(word) || !/^[a-z]+$/.test(best)) return false;
  // What a text writes again and again is a word of its own.
  if (text.split(word).length > 3) return false;
  const slips = suggestions.filter((candidate) => isSlip(word, candidate));
  if (slips.length > 0) return slips.length === 1 && slips[0] === best;
  const near = suggestions.filter((candidate) => isOneLetterAway(word, candidate));
  const isOnly = near.length === 1 && near[0] === best && word[0] === best[0] && word.at(-1) === best.at(-1);
  return isOnly && (word.length !== best.length || soundsLike(word, best));
}

/** Letters that are mistaken for one another by ear: any vowels, and those of hissing. Others make another word: surjective, subjective. */
const mistaken = ['aeiouy', 'cskz'];

function soundsLike(word: string, other: string): boolean {
  const at = firstDifference(word, other);
  return mistaken.some((letters) => letters.includes(word[at] ?? '') && letters.includes(other[at] ?? ''));
}

/** Whether a word may have been meant: one letter away, or a slip of two. Harper offers what is further away as well: `cheese` for `cheque`. */
export function isNear(word: string, candidate: string): boolean {
  const [one, other] = [word.toLowerCase(), candidate.toLowerCase()];
  return isSlip(one, other) || isOneLetterAway(one, other);
}

/** Two neighbours exchanged, or a letter doubled or not. */
function isSlip(word: string, candidate: string): boolean {
  if (word.length === candidate.length) {
    const at = firstDifference(word, candidate);
    return (
      at < word.length - 1 &&
      word[at] === candidate[at + 1] &&
      word[at + 1] === candidate[at] &&
      word.slice(at + 2) === candidate.slice(at + 2)
    );
  }
  const single = (text: string) => text.replace(/(\p{L})\1/gu, '$1');
  return Math.abs(word.length - candidate.length) === 1 && single(word) === single(candidate);
}

function isOneLetterAway(word: string, candidate: string): boolean {
  const at = firstDifference(word, candidate);
  const [left, right] = [word.slice(at), candidate.slice(at)];
  return left.slice(1) === right.slice(1) || left.slice(1) === right || left === right.slice(1);
}

function firstDifference(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}
