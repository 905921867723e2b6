import type { Sentence } from './sentences.js';
import { isStopWord } from './words.js';

// How much relevance counts against being unlike what is chosen already.
const lambda = 0.7;

/**
 * Indexes of up to `count` sentences, the most relevant first, each unlike those before it: Maximal Marginal Relevance.
 *
 * J. Carbonell, J. Goldstein: The Use of MMR, Diversity-Based Reranking for Reordering Documents and Producing Summaries.
 * SIGIR 1998, doi:10.1145/290941.291025.
 */
export function diverse(sentences: readonly Sentence[], scores: readonly number[], count: number): number[] {
  const most = scores.reduce((left, right) => Math.max(left, right), Number.MIN_VALUE);
  // Only the best can win; without this bound a book would be compared with itself.
  const candidates = scores
    .map((score, index) => ({ index, relevance: score / most }))
    .filter(({ relevance }) => relevance > 0)
    .sort((left, right) => right.relevance - left.relevance || left.index - right.index)
    .slice(0, Math.max(50, count * 4))
    .map((candidate) => ({ ...candidate, words: wordsOf(sentences[candidate.index]), likeness: 0 }));
  const chosen: number[] = [];
  while (chosen.length < count && candidates.length > 0) {
    const best = candidates.reduce((left, right) => (marginal(right) > marginal(left) ? right : left));
    candidates.splice(candidates.indexOf(best), 1);
    chosen.push(best.index);
    for (const candidate of candidates) {
      candidate.likeness = Math.max(candidate.likeness, cosine(candidate.words, best.words));
    }
  }
  return chosen;
}

function wordsOf(sentence: Sentence | undefined): ReadonlySet<string> {
  return new Set(sentence?.stems.filter((word) => !isStopWord(word)));
}

function marginal({ relevance, likeness }: { relevance: number; likeness: number }): number {
  return lambda * relevance - (1 - lambda) * likeness;
}

/** Of sets of words: 1 for the same ones, 0 for none in common. */
function cosine(these: ReadonlySet<string>, those: ReadonlySet<string>): number {
  const shared = [...these].filter((word) => those.has(word)).length;
  return shared / (Math.sqrt(these.size * those.size) || 1);
}
