// Longest first: an alternation takes the first that fits.
const suffixes = /(?:ation|ition|ance|ence|ment|able|ible|ness|ion|ity|ive|ing|ate|al|ed|ly|er|e|y)$/;

/** A light stemmer: the plural, then one suffix, if a stem is left. What rankings need, not linguistics. */
export function stem(word: string): string {
  if (word.length < 4) return word;
  const singular = word
    .replace(/ies$/, 'y')
    .replace(/(ss|x|ch|sh)es$/, '$1')
    .replace(/([^su])s$/, '$1');
  const base = singular.replace(suffixes, '');
  return (base.length >= 3 ? base : singular).replace(/([bdfgmnprt])\1$/, '$1');
}
