/**
 * When two texts are nearly the same: they share so much of their word sequences (resemblance, A. Broder, "On the resemblance and
 * containment of documents", 1997). Documents of a pile are long, so that sequences of five words and a share of 0.9 leave out what
 * only cites the same passages; hits are a few lines, in which an edited word breaks five sequences of five.
 */
export const nearlySame = {
  documents: { words: 5, share: 0.9 },
  hits: { words: 3, share: 0.8 },
} as const;

/** The sequences of so many words in a text, each as a hash; all of a shorter text as one. */
export function shinglesOf(text: string, wordsInShingle: number): Set<number> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length < wordsInShingle) return new Set([hashOf(words.join(' '))]);
  return new Set(
    words.slice(wordsInShingle - 1).map((_, at) => hashOf(words.slice(at, at + wordsInShingle).join(' '))),
  );
}

/** The share of sequences that both have, of those that either has; from 0 to 1. */
export function resemblance(one: ReadonlySet<number>, other: ReadonlySet<number>): number {
  let shared = 0;
  for (const shingle of one) if (other.has(shingle)) shared += 1;
  return shared / (one.size + other.size - shared);
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash ^= text.charCodeAt(at);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
