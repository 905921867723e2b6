import { Remembered } from '../remembered.js';
import { digestOf } from '../tokens.js';
import { bm25, diverse, weightsOf } from './rank.js';
import type { Weights } from './rank.js';
import { sentencesOf } from './sentences.js';
import type { Sentence } from './sentences.js';
import { isStopWord, topicOf } from './words.js';

export interface Quotes {
  /** In the order of the material. */
  texts: string[];
  /** `close`: they share words with the topic. Otherwise they are typical of the material: there is no topic, or it is foreign to it. */
  relation: 'close' | 'no-topic' | 'foreign';
}

const known = new Remembered<string, Quarry>(16);

/** The quarry of some material: branches share documents, and taking a long one apart takes long. */
export function quarryOf(material: readonly string[]): Quarry {
  return known.get(digestOf(material.join('\0')), () => new Quarry(material));
}

/** The sentences of some material, to be quoted from. */
export class Quarry {
  readonly #sentences: Sentence[];
  readonly #weights: Weights;

  constructor(material: readonly string[]) {
    this.#sentences = material.flatMap(sentencesOf);
    this.#weights = weightsOf(this.#sentences);
  }

  /** Up to `count` different sentences on a topic. */
  quotes(task: string, count: number): Quotes {
    const topic = topicOf(task);
    const scores = this.#scores(topic);
    const relation = topic.length === 0 ? 'no-topic' : scores.some((score) => score > 0) ? 'close' : 'foreign';
    const chosen = diverse(
      this.#sentences,
      relation === 'close' ? scores : this.#scores(this.#typicalWords()),
      count,
      this.#weights,
    );
    return { texts: chosen.toSorted((left, right) => left - right).map((index) => this.#text(index)), relation };
  }

  /** All sentences on a topic, the closest first; where none is, the whole in its order. */
  ranked(task: string): { text: string; score: number }[] {
    return this.#scores(topicOf(task))
      .map((score, index) => ({ text: this.#text(index), score, index }))
      .sort((left, right) => right.score - left.score || left.index - right.index);
  }

  #scores(topic: readonly string[]): number[] {
    return bm25(this.#sentences, topic, this.#weights);
  }

  #text(index: number): string {
    return this.#sentences[index]?.text ?? '';
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
