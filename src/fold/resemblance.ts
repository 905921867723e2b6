/**
 * Measures of likeness (resemblance: A. Broder, "On the resemblance and containment of documents", 1997): texts are nearly the
 * same that share so much of their word sequences. Documents are long: sequences of five words and a share of 0.9 do not match
 * texts that only cite the same passages. Hits are a few lines, in which one edited word breaks five sequences of five.
 */
export const nearlySame = {
  documents: { words: 5, share: 0.9 },
  hits: { words: 3, share: 0.8 },
} as const;

/** Hashes of all sequences of so many words in a text. A shorter text is one sequence. */
export function shinglesOf(text: string, wordsInShingle: number): Set<number> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length < wordsInShingle) return new Set([hashOf(words.join(' '))]);
  return new Set(
    words.slice(wordsInShingle - 1).map((_, at) => hashOf(words.slice(at, at + wordsInShingle).join(' '))),
  );
}

/** The sequences that both have, as a share of those that either has; from 0 to 1. */
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
