/** What stands before a known word: sublicensee, untravelled. */
const before =
  /^(?:un|non|sub|re|de|dis|mis|over|under|pre|co|inter|multi|micro|counter|out|anti|super|semi|cross|self|bio|auto)-?(?=\p{L}{4})/u;

/** Endings that make a new word of a known one: of a tort tortious, of a charge a chargor. Those of tense are none: occured is a slip. */
const endings =
  /(?:or|ors|ee|ees|al|als|ious|ous|ive|ively|is(?:e|ed|es|ing|ation)|iz(?:e|ed|es|ing|ation)|able|ness|ist|ists|ity|ative|ory|ical|ship|hood|less|wise|like)$/;

/** What British English writes in another way than American English, wherever it stands in a word. */
const american: readonly (readonly [RegExp, string])[] = [
  [/is(?=(?:e|ed|es|er|ers|ing|able|ations?)$)/, 'iz'],
  [/ys(?=(?:e|ed|es|er|ers|ing)$)/, 'yz'],
  [/our/, 'or'],
  [/ae|oe/, 'e'],
  [/(li)cence/, '$1cense'],
  [/(de|of|pre)fence/, '$1fense'],
  [/(met|lit|cent|theat|fib)re(?=s?$)/, '$1er'],
  [/ogue(?=s?$)/, 'og'],
];

/** The American spelling of a British one, by its letters alone; `undefined` where it would be the same. */
export function americanOf(word: string): string | undefined {
  const written = american.reduce((text, [british, other]) => text.replace(british, other), word);
  return written === word ? undefined : written;
}

/**
 * Ways in which a word may be made of others, each a list of words that have to be known: with a syllable before it, an ending behind it, or
 * of two words.
 */
export function waysOf(word: string): string[][] {
  const bare = word.replace(before, '');
  const ways = bare === word ? [] : [[bare]];
  const stem = word.replace(endings, '');
  if (stem !== word && stem.length >= 3) ways.push([stem], [`${stem}e`], [`${stem}y`]);
  for (let at = 4; at <= word.length - 4; at += 1) ways.push([word.slice(0, at), word.slice(at)]);
  return ways;
}
