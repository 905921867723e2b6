import { costOf, isLong, tokensInPart } from '../../src/model/index.js';
import type { Paid } from '../../src/model/layer/index.js';
import { partPrompt, saidOfPart, wholePrompt } from '../../src/prompts/parts.js';
import type { Asking } from './asking.js';
import type { Prepared } from './prepare.js';
import { payOnce } from './pay-once.js';
import { questionAbout } from './question.js';

/** A text in parts that are read one by one; none where it is short enough, or is to be read whole, as files are. */
export async function partsOf(text: Prepared['document'], { call, equipment, signal }: Asking): Promise<string[]> {
  const { model, foldOver } = call.request;
  if (typeof text !== 'string' || foldOver === undefined || !isLong(text, { model, foldOver })) return [];
  return equipment.cpu.run('splitByTokens', { text, tokens: tokensInPart({ model, foldOver }) }, signal);
}

/**
 * Asks about a text that is too long to be read at once: about each of its parts, then about what was said of them, as a tree until it
 * can be read at once.
 *
 * @returns the last answer, or the first that is not ok: nothing is folded that is not whole; what came from the journal is counted over all
 */
export async function payInParts(parts: readonly string[], asking: Asking): Promise<Paid> {
  const reading = new PartwiseReading(asking);
  for (let level = parts; ;) {
    const said = await reading.readEach(level);
    if (said === undefined) return reading.paid();
    const folded = await partsOf(said, asking);
    if (folded.length < 2) return reading.readLast(said, level.length);
    level = folded;
  }
}

/** A document that is being read part by part. */
class PartwiseReading {
  readonly #asking: Asking;
  readonly #paid: Paid[] = [];

  constructor(asking: Asking) {
    this.#asking = asking;
  }

  /** What was said of each part, one after the other; `undefined` where one of the answers is not ok. */
  async readEach(parts: readonly string[]): Promise<string | undefined> {
    const said: string[] = [];
    for (const [at, part] of parts.entries()) {
      const { message } = await this.#pay(part, partPrompt(at + 1, parts.length, this.#task), false);
      if ((await this.#asking.form.read(message)).status !== 'ok') return undefined;
      said.push(saidOfPart(at + 1, parts.length, message.text));
    }
    return said.join('');
  }

  async readLast(said: string, parts: number): Promise<Paid> {
    await this.#pay(said, wholePrompt(parts, this.#task), true);
    return this.paid();
  }

  /** All that was paid for so far, with the last answer. */
  paid(): Paid {
    const last = this.#paid.at(-1);
    if (last === undefined) throw new Error('No part of the document was read.');
    const isSpared = this.#paid.every(({ from }) => from === 'journal');
    const savedUsd = this.#paid.reduce((sum, each) => sum + each.savedUsd, 0);
    return { message: last.message, from: isSpared ? 'journal' : last.from === 'own' ? 'own' : 'api', savedUsd };
  }

  /** What is asked about the whole. */
  get #task(): string {
    return this.#asking.prepared.prompt;
  }

  async #pay(text: string, prompt: string, isLast: boolean): Promise<Paid> {
    const { attempt } = this.#asking;
    const number = this.#paid.length + 1;
    const question = questionAbout(text, prompt, this.#asking, { number, isLast });
    const paid = await payOnce(question, this.#asking);
    this.#paid.push(paid);
    const { usage, model } = paid.message;
    if (paid.from === 'own' && !isLast) attempt.foundPart(number, usage, costOf(usage, model));
    return paid;
  }
}
