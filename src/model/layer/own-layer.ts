import { questionKey } from '../../journal/index.js';
import type { Asked, Entry, Journal } from '../../journal/index.js';
import type { AnswerForm } from '../call/answer-form.js';
import type { ModelApi } from '../call/client.js';
import { keptAnswer, messageOf } from '../call/kept-answer.js';
import type { ModelMessage } from '../call/message.js';
import type { ModelCaller } from '../call/model-caller.js';
import { isProper } from '../call/read-answer.js';
import { costOf } from '../index.js';
import { pay } from './pay.js';
import type { LayerQuestion, ModelLayer, Paid, Payer } from './question.js';

export interface OwnLayerSettings {
  /** Without it an answer is paid for whenever it is asked for. */
  journal?: Journal | undefined;
  models: ModelCaller;
  /** @throws FanfoldError `NoApiKey` */
  apiOf(question: Pick<LayerQuestion, 'offline' | 'body'>): Promise<ModelApi>;
}

/** The model layer in this process. Only proper answers are kept. */
export class OwnLayer implements ModelLayer {
  constructor(readonly settings: OwnLayerSettings) {}

  async payOnce(question: LayerQuestion, payer: Payer, form: AnswerForm): Promise<Paid> {
    const { journal, models } = this.settings;
    const api = await this.settings.apiOf(question);
    const paying = { question, payer, form, api, models };
    if (journal === undefined) return { message: await pay(paying, payer.signal), from: 'api', savedUsd: 0 };
    const { notBeforeMs } = question;
    const { signal, unwanted } = payer;
    const options = {
      signal,
      joins: () => payer.joins?.(),
      ...(unwanted && { unwanted }),
      ...(notBeforeMs !== undefined && { notBeforeMs }),
    };
    const once = await journal.once(keyOf(question, api), options, async (abort = payer.signal) => {
      const value = await pay(paying, abort);
      return toKeep(value, question.asker, isProper(await form.read(value)));
    });
    return once.reused ? found(once.entry, question.asker) : { message: once.value, from: 'api', savedUsd: 0 };
  }

  async paidBefore(question: LayerQuestion): Promise<Paid | undefined> {
    const { journal } = this.settings;
    if (journal === undefined) return undefined;
    const entry = await journal.get(keyOf(question, await this.settings.apiOf(question)));
    return entry?.askedBy === question.asker ? found(entry, question.asker) : undefined;
  }
}

/** The journal's key of a question to an API. */
export function keyOf({ offline, body, sample }: LayerQuestion, { baseURL }: Pick<ModelApi, 'baseURL'>): string {
  return questionKey({ source: offline ? 'offline' : baseURL, body, ...(sample !== undefined && { sample }) });
}

/** An answer, and what of it the journal is to keep. */
function toKeep(value: ModelMessage, askedBy: string, proper: boolean): Asked<ModelMessage> {
  if (!proper) return { value };
  const { usage, model } = value;
  const answer = keptAnswer(value);
  return { value, entry: { answer, usage, model, costUsd: costOf(usage, model), answeredAtMs: Date.now(), askedBy } };
}

function found(entry: Entry, asker: string): Paid {
  const isOwn = entry.askedBy === asker;
  return {
    message: messageOf(entry),
    from: isOwn ? 'own' : 'journal',
    savedUsd: isOwn ? 0 : (entry.costUsd ?? 0),
  };
}
