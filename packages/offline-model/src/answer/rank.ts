import MiniSearch from 'minisearch';
import type { Sentence } from './sentences.js';
import { isStopWord } from './words.js';

/** Scores of the sentences for a topic, in their order; 0 for one that shares no word with it. */
export type Ranking = (topic: readonly string[]) => number[];

/** Ranks sentences as minisearch ranks documents: BM25+, times how many words of the topic a sentence has. */
export function rankingOf(sentences: readonly Sentence[]): Ranking {
  // They are taken apart and stemmed already, and no topic asks for a stop word.
  const index = new MiniSearch<{ id: number; stems: string }>({
    fields: ['stems'],
    tokenize: (words) => words.split(' '),
    processTerm: (word) => word,
  });
  const contentOf = ({ stems }: Sentence) => stems.filter((word) => !isStopWord(word)).join(' ');
  index.addAll(sentences.map((sentence, id) => ({ id, stems: contentOf(sentence) })));
  return (topic) => {
    const scores = Array.from(sentences, () => 0);
    for (const { id, score } of index.search(topic.join(' '))) scores[id as number] = score;
    return scores;
  };
}
