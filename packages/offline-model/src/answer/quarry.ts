import { LRUCache } from 'lru-cache';
import { digestOf } from '../tokens.js';
import { diverse } from './diverse.js';
import { rankingOf } from './rank.js';
import type { Ranking } from './rank.js';
import { sentencesOf } from './sentences.js';
import type { Sentence } from './sentences.js';
import { isStopWord, topicOf } from './words.js';

export interface Quotes {
  /** In the order of the material. */
  texts: string[];
  /** `close`: they share words with the topic. Otherwise they are typical of the material: there is no topic, or it is foreign to it. */
  relation: 'close' | 'no-topic' | 'foreign';
}

/** In characters: two requests of the largest size. Its sentences and their index take some twenty bytes a character. */
const mostMaterial = 64 * 1_024 * 1_024;

const known = new LRUCache<string, Quarry, readonly string[]>({
  max: 16,
  maxSize: mostMaterial,
  sizeCalculation: ({ length }) => length,
  memoMethod: (_digest, _stale, { context: material }) => new Quarry(material),
});

/** The quarry of some material: branches share documents, and taking a long one apart takes long. */
export function quarryOf(material: readonly string[]): Quarry {
  return known.memo(digestOf(material.join('\0')), { context: material });
}

/** The sentences of some material, to be quoted from. */
export class Quarry {
  readonly #sentences: Sentence[];
  readonly #ranking: Ranking;
  /** Of the material, in characters; 1 at least. */
  readonly length: number;

  constructor(material: readonly string[]) {
    // What several answers quote is one sentence.
    this.#sentences = [...new Map(material.flatMap(sentencesOf).map((each) => [each.text, each])).values()];
    this.#ranking = rankingOf(this.#sentences);
    this.length = material.reduce((sum, { length }) => sum + length, 1);
  }

  /**
   * Up to `count` different sentences on a topic.
   *
   * @param asked a question that is no answer to itself, though nothing is closer to it
   */
  quotes(task: string, count: number, asked = ''): Quotes {
    const topic = topicOf(task);
    const scores = this.#ranking(topic).map((score, index) => (isAsked(this.#text(index), asked) ? 0 : score));
    const relation = topic.length === 0 ? 'no-topic' : scores.some((score) => score > 0) ? 'close' : 'foreign';
    const chosen = diverse(this.#sentences, relation === 'close' ? scores : this.#typical(), count);
    return { texts: chosen.toSorted((left, right) => left - right).map((index) => this.#text(index)), relation };
  }

  /** All sentences on a topic, the closest first; where none is, the whole in its order. */
  ranked(task: string): { text: string; score: number }[] {
    return this.#ranking(topicOf(task))
      .map((score, index) => ({ text: this.#text(index), score, index }))
      .sort((left, right) => right.score - left.score || left.index - right.index);
  }

  #text(index: number): string {
    return this.#sentences[index]?.text ?? '';
  }

  /** Scores for what the material keeps coming back to; all alike where it has no long words: a few short sentences, or Chinese. */
  #typical(): number[] {
    const scores = this.#ranking(this.#typicalWords());
    return scores.some((score) => score > 0) ? scores : scores.map(() => 1);
  }

  /** What the material keeps coming back to. */
  #typicalWords(): string[] {
    const counts = new Map<string, number>();
    for (const { stems } of this.#sentences) {
      for (const word of stems) if (!isStopWord(word) && word.length > 3) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    return [...counts]
      .sort((left, right) => right[1] - left[1])
      .slice(0, 12)
      .map(([word]) => word);
  }
}

/** Whether a sentence is a question that is asked. */
function isAsked(text: string, asked: string): boolean {
  const said = text.replace(/^Question: /, '');
  return said.endsWith('?') && asked.includes(said);
}
