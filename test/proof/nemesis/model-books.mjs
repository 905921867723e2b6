import { createHash } from 'node:crypto';

import { startOfflineModel } from '@fanfold/offline-model';

import { questionKey } from '../../../dist/src/journal/index.js';
import { LineProxy } from './line-proxy.mjs';

/** From a batch's creation to its end, in milliseconds. */
const batchMs = 4_000;

/** What a token of a batch costs of the price. */
const batchShare = 0.5;

/** US dollars per million tokens of the one model that is asked: typed from Anthropic's list, and not taken from the product. */
const perMillion = { input: 2, output: 10, cacheWrite: 2.5, cacheRead: 0.1 };

/** What stands in every text of a run, so that a call tells whose it is. */
const mark = /nemesis-\d+-\d+-\w+/;

/** The model, the line to it, and its own books. */
export class ModelBooks {
  /** @type {LineProxy} */
  line;
  /** @type {string} */
  url;
  #model;
  /** Every call, in order of arrival. */
  calls = [];
  /** What has had an answer that cannot be read, by its digest. */
  unreadable = new Set();

  /** @param latencyMs of a call, by a number from 0 up to 1 that follows from what it asks */
  static async open(latencyMs) {
    const books = new ModelBooks();
    const byRecord = new Map();
    books.#model = await startOfflineModel({
      latencyMs: (call) => latencyMs(shareOf(call.digest)),
      batchMs,
      retain: { requests: 100_000, requestBytes: 1 << 24 },
      onCall: (record, moment) => {
        if (moment === 'arrived') {
          const call = {
            record,
            key: books.keyOf(record.request),
            run: mark.exec(JSON.stringify(record.request))?.[0],
          };
          byRecord.set(record, call);
          books.calls.push(call);
        }
      },
    });
    books.line = await LineProxy.open({ port: Number(new URL(books.#model.url).port) });
    books.url = `http://${books.line.address}`;
    return books;
  }

  get open() {
    return this.#model.open;
  }

  script(...rules) {
    return this.#model.script(...rules);
  }

  /** The journal's key of a request. */
  keyOf(body) {
    return questionKey({ source: this.url, body });
  }

  /** Requests of Message Batches, as calls from the batch's creation to its end. */
  get batched() {
    return this.#model.batches.flatMap((batch) => {
      const finishedAt = batch.createdAt + batchMs;
      const settled = batch.ended ? batch.outcomes() : [];
      return batch.requests.map(({ params }, at) => {
        const message = settled[at]?.type === 'succeeded' ? settled[at].result().message : undefined;
        const usage = message?.usage ?? null;
        const record = {
          arrivedAt: batch.createdAt,
          finishedAt,
          answered: message !== undefined,
          usage,
          request: params,
        };
        return { record, isBatched: true, run: mark.exec(JSON.stringify(params))?.[0] };
      });
    });
  }

  /** What was asked one by one, and in batches. */
  get everything() {
    return [...this.calls, ...this.batched];
  }

  callsOf(run) {
    return this.calls.filter((call) => call.run === run);
  }

  async close() {
    this.line.close();
    await this.#model.stop();
  }
}

/** What a call cost by the model's own count, whether or not anybody got the answer. */
export function costOf({ record: { usage }, isBatched = false }) {
  if (usage === null) return 0;
  const { input_tokens: input, output_tokens: output } = usage;
  const write = usage.cache_creation_input_tokens ?? 0;
  const read = usage.cache_read_input_tokens ?? 0;
  const { input: a, output: b, cacheWrite: c, cacheRead: d } = perMillion;
  return ((input * a + output * b + write * c + read * d) / 1e6) * (isBatched ? batchShare : 1);
}

function shareOf(digest) {
  return createHash('sha256').update(digest).digest().readUInt32BE() / 2 ** 32;
}
