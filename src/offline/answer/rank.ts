import type { Sentence } from './sentences.js';

// The usual values; Robertson & Zaragoza (2009), section 3.4, find k1 from 1.2 to 2 and b from 0.5 to 0.8 reasonable.
const k1 = 1.2;
const b = 0.75;

/** How much each word says: rare words more. */
export type Weights = ReadonlyMap<string, number>;

/** Inverse document frequencies of the words, a sentence being a document. */
export function weightsOf(sentences: readonly Sentence[]): Weights {
  const holding = new Map<string, number>();
  for (const { stems } of sentences) {
    for (const word of new Set(stems)) holding.set(word, (holding.get(word) ?? 0) + 1);
  }
  const total = sentences.length;
  return new Map([...holding].map(([word, count]) => [word, Math.log(1 + (total - count + 0.5) / (count + 0.5))]));
}

/**
 * BM25 scores of the sentences for a topic, in their order.
 *
 * S. Robertson, H. Zaragoza: The Probabilistic Relevance Framework: BM25 and Beyond. Foundations and Trends in
 * Information Retrieval 3(4), 2009, doi:10.1561/1500000019.
 */
export function bm25(sentences: readonly Sentence[], topic: readonly string[], weights: Weights): number[] {
  const meanLength = sentences.reduce((sum, { stems }) => sum + stems.length, 0) / Math.max(1, sentences.length);
  const wanted = new Set(topic);
  return sentences.map(({ stems }) => {
    const frequency = new Map<string, number>();
    for (const word of stems) if (wanted.has(word)) frequency.set(word, (frequency.get(word) ?? 0) + 1);
    const lengthNorm = k1 * (1 - b + (b * stems.length) / meanLength);
    let score = 0;
    for (const [word, count] of frequency)
      score += ((weights.get(word) ?? 0) * count * (k1 + 1)) / (count + lengthNorm);
    return score;
  });
}

// How much relevance counts against being unlike what is chosen already.
const lambda = 0.7;

/**
 * Indexes of up to `count` sentences, the most relevant first, each unlike those before it: Maximal Marginal Relevance.
 *
 * J. Carbonell, J. Goldstein: The Use of MMR, Diversity-Based Reranking for Reordering Documents and Producing Summaries.
 * SIGIR 1998, doi:10.1145/290941.291025.
 */
export function diverse(
  sentences: readonly Sentence[],
  scores: readonly number[],
  count: number,
  weights: Weights,
): number[] {
  const most = Math.max(...scores, Number.MIN_VALUE);
  // Only the best can win; without this bound a book would be compared with itself.
  const candidates = scores
    .map((score, index) => ({ index, relevance: score / most }))
    .filter(({ relevance }) => relevance > 0)
    .sort((left, right) => right.relevance - left.relevance || left.index - right.index)
    .slice(0, Math.max(50, count * 4))
    .map((candidate) => ({ ...candidate, likeness: 0 }));
  const chosen: number[] = [];
  while (chosen.length < count && candidates.length > 0) {
    const best = candidates.reduce((left, right) => (marginal(right) > marginal(left) ? right : left));
    candidates.splice(candidates.indexOf(best), 1);
    chosen.push(best.index);
    for (const candidate of candidates) {
      candidate.likeness = Math.max(
        candidate.likeness,
        cosine(sentences[candidate.index], sentences[best.index], weights),
      );
    }
  }
  return chosen;
}

function marginal({ relevance, likeness }: { relevance: number; likeness: number }): number {
  return lambda * relevance - (1 - lambda) * likeness;
}

function cosine(left: Sentence | undefined, right: Sentence | undefined, weights: Weights): number {
  const these = new Set(left?.stems);
  const those = new Set(right?.stems);
  const shared = squares(
    [...these].filter((word) => those.has(word)),
    weights,
  );
  return shared / (Math.sqrt(squares(these, weights) * squares(those, weights)) || 1);
}

function squares(words: Iterable<string>, weights: Weights): number {
  let sum = 0;
  for (const word of words) sum += (weights.get(word) ?? 0) ** 2;
  return sum;
}
