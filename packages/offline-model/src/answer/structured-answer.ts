import type { JsonSchema } from '../json-schema.js';
import type { Ask } from '../ask/ask.js';
import { unseenOf } from './extract.js';
import { quarryOf } from './quarry.js';
import type { Quarry } from './quarry.js';
import { valueFor } from './schema-value.js';
import type { Field, ValueSource } from './schema-value.js';
import { stems } from './words.js';

const nothingToQuote = 'Offline model: no text to quote from.';
const labels = /^(?:id|key|name|title|label|topic|heading|category|slug)$/i;

/** A value that fits the schema, its texts sentences of the material. The same for the same ask. */
export function structuredAnswer(schema: JsonSchema, ask: Ask): unknown {
  const unseen = unseenOf(ask);
  const hasNothing = unseen !== undefined && ask.material.length === 0;
  const quarry = quarryOf(ask.material.length > 0 ? ask.material : hasNothing ? [] : [ask.prompt]);
  const source = new Quotations(quarry, ask.instruction, hasNothing ? `Offline model: ${unseen}` : nothingToQuote);
  return valueFor(schema, source, true);
}

/** Sentences close to a property's name and description, each used once while there are others as close. */
class Quotations implements ValueSource {
  readonly #used = new Set<string>();

  constructor(
    readonly quarry: Quarry,
    readonly task: string,
    /** The text where there is nothing to quote from. */
    readonly nothing: string,
    /** The sentence that an item of a list is about. */
    readonly focus?: string,
  ) {}

  text(field: Field): string {
    const sentence = this.focus ?? this.#next(field);
    return labels.test(field.name) ? sentence.split(/\s+/).slice(0, 8).join(' ') : sentence;
  }

  number(field: Field): number | undefined {
    const sentence = this.focus ?? this.#ranked(field).find(({ text }) => /\d/.test(text))?.text ?? '';
    const [digits] = /\d+(?:,\d{3})*(?:\.\d+)?/.exec(sentence) ?? [];
    return digits === undefined ? undefined : Number(digits.replaceAll(',', ''));
  }

  flag(field: Field): boolean {
    return (this.#ranked(field)[0]?.score ?? 0) > 0;
  }

  choose(field: Field, values: readonly unknown[]): unknown {
    const said = new Set(
      stems(
        this.focus ??
          this.#ranked(field)
            .slice(0, 5)
            .map(({ text }) => text)
            .join(' '),
      ),
    );
    const named = values.find((value) => typeof value === 'string' && stems(value).some((word) => said.has(word)));
    return named ?? values[0];
  }

  items(field: Field, count: number): ValueSource[] {
    const { texts } = this.quarry.quotes(`${wordsOf(field)} ${this.task}`, count);
    return texts.map((text) => new Quotations(this.quarry, this.task, this.nothing, text));
  }

  #next(field: Field): string {
    const ranked = this.#ranked(field);
    const best = ranked[0]?.score ?? 0;
    // Rather the same sentence twice than one that has nothing to do with the property.
    const fresh = ranked.find(({ text, score }) => score * 2 >= best && !this.#used.has(text)) ?? ranked[0];
    if (!fresh) return this.nothing;
    this.#used.add(fresh.text);
    return fresh.text;
  }

  #ranked(field: Field): { text: string; score: number }[] {
    const own = this.quarry.ranked(wordsOf(field));
    return (own[0]?.score ?? 0) > 0 ? own : this.quarry.ranked(this.task);
  }
}

/** `noticePeriod` and `notice_period` speak of notice and period. */
export function wordsOf({ name, description }: Field): string {
  return `${name.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/[_-]+/g, ' ')} ${description}`;
}
