import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Message, MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import type { Usage } from '../../contract/run.js';
import { questionKey } from '../../journal/index.js';
import type { Asked, Entry } from '../../journal/index.js';
import { ModelClients } from '../../model/call/client.js';
import type { ModelClient } from '../../model/call/client.js';
import { keptAnswer } from '../../model/call/kept-answer.js';
import { asMessage, asUsage } from '../../model/call/message.js';
import { costOf } from '../../model/index.js';
import { sdkHeadersFor, versionOf } from './api-version.js';
import type { Account } from './account-of.js';
import { eventsOf, rebuiltMessage } from './rebuilt-message.js';
import { beginStream, eventText, sendJson } from './replies.js';
import type { Serving } from './serving.js';

/** Longest that one answer may take, in milliseconds: as long as the API lets a stream last. */
const longestCallMs = 3_600_000;

/** How often a stream says that it lives, in milliseconds. */
const pingEveryMs = 15_000;

const journalHeader = 'fanfold-journal';

const sampleHeader = 'fanfold-sample';

/** What a client wants of the journal. `fresh`: the question is asked anew, and the answer kept. */
export type JournalWish = 'on' | 'fresh' | 'off';

/**
 * The wish in a request's headers. What a beta changes nobody here knows, nor what the API holds of a conversation: such a question goes
 * past the journal.
 */
export function journalWishOf(
  { headers, url = '' }: Pick<IncomingMessage, 'headers' | 'url'>,
  asked: object,
  journalAll: boolean,
): JournalWish | undefined {
  const wish = headers[journalHeader] ?? (journalAll ? 'on' : 'off');
  if (wish !== 'on' && wish !== 'fresh' && wish !== 'off') return undefined;
  const isBeta = headers['anthropic-beta'] !== undefined || /[?&]beta=true(&|$)/.test(url);
  return isBeta || !isWhole(asked) ? 'off' : wish;
}

/** Which of the same questions asked on purpose this one is, from 0; `undefined` for a header that does not say. */
export function sampleOf({ headers }: Pick<IncomingMessage, 'headers'>): number | undefined {
  const given = headers[sampleHeader] ?? '0';
  const sample = Number(given);
  return /^\d+$/.test(String(given)) && Number.isSafeInteger(sample) ? sample : undefined;
}

/** Whether a question says all that is asked: that of the tool runner's `thread` goes on where an earlier one has ended. */
function isWhole(asked: { thread?: unknown; container?: unknown }): boolean {
  return (asked.thread ?? undefined) === undefined && (asked.container ?? undefined) === undefined;
}

/** How a call is made that has its permit and its money. It is told the usage so far, which counts where the answer does not come to its end. */
export type Make = (call: (onUsage: (usage: Usage) => void) => Promise<Made>) => Promise<Message>;

/** An answer, with the headers that tell of limits. */
export interface Made {
  message: Message;
  headers: Headers | undefined;
}

const clientsBy = new WeakMap<NodeJS.ProcessEnv, ModelClients>();

/**
 * Answers a question from the journal, or asks it once for all who ask the same.
 *
 * JournaledCall-1. The call belongs to the gateway: it goes on when its asker is gone, and its answer is kept.
 * JournaledCall-2. The first asker of a stream sees it grow; those who join get it whole when it is there.
 * JournaledCall-3. A stream that fails ends with an event `error`, the API's own where there is one.
 * JournaledCall-4. The API is asked in the version that the asker speaks.
 */
export async function answerJournaled(
  { stream = false, ...asked }: MessageCreateParamsNonStreaming & { stream?: boolean },
  {
    request,
    response,
    wish,
    account,
  }: { request: IncomingMessage; response: ServerResponse; wish: JournalWish; account: Account },
  { settings, books }: Pick<Serving, 'settings' | 'books'>,
  make: Make,
): Promise<void> {
  const api = await settings.apiOf({ offline: settings.foreignLine === 'offline', body: asked });
  const source = settings.foreignLine === 'offline' ? 'offline' : api.baseURL;
  const key = questionKey({ source, body: asked, sample: sampleOf(request) ?? 0 });
  const clients = clientsBy.get(settings.env) ?? new ModelClients(settings.env);
  clientsBy.set(settings.env, clients);
  const client = await clients.clientOf(api);
  const question = { ...asked, model: client.ownName(asked.model) };
  const once = await settings.journal.once<Message>(
    key,
    wish === 'fresh' ? { notBeforeMs: Date.now() } : {},
    async () => {
      // Other providers have versions and keys of their own.
      const isAnthropic = (api.provider ?? 'anthropic') === 'anthropic';
      const headers = isAnthropic ? sdkHeadersFor(versionOf(request.headers), api.apiKey) : {};
      const options = { timeout: longestCallMs, headers };
      const value = await make(async (onUsage) => {
        if (!stream) {
          const { data, response: answered } = await client.whole.messages.create(question, options).withResponse();
          return { message: named(client, asked, data), headers: answered.headers };
        }
        const running = client.streaming.messages.stream(question, options);
        const sent = streamHead(response);
        running.on('streamEvent', (event, { usage }) => {
          onUsage(asUsage(usage));
          sent.event(event);
        });
        try {
          const message = await running.finalMessage();
          return { message: named(client, asked, message), headers: running.response?.headers };
        } finally {
          sent.stop();
        }
      });
      return toKeep(value, asked, `${account.client}/${account.run}`);
    },
  );
  if (once.reused) {
    books.counts.journalHits += 1;
    return sendRebuilt(response, key, once.entry, stream);
  }
  if (stream) return void response.end();
  sendJson(response, 200, once.value, { [journalHeader]: 'asked' });
}

/** An answer with the full name of who gave it: it is billed by that. */
function named(client: ModelClient, { model }: { model: string }, answer: Message): Message {
  return { ...answer, model: client.answeredBy(model, answer.model) };
}

function streamHead(response: ServerResponse): { event(event: { type: string }): void; stop(): void } {
  const ping = setInterval(() => {
    if (response.headersSent) response.write(eventText({ type: 'ping' }));
  }, pingEveryMs).unref();
  return {
    event: (event) => {
      // A call that is refused has no events, and is answered with its error.
      if (!response.headersSent) beginStream(response, { [journalHeader]: 'asked' });
      response.write(eventText(event));
    },
    stop: () => clearInterval(ping),
  };
}

function sendRebuilt(response: ServerResponse, key: string, entry: Entry, stream: boolean): void {
  const message = rebuiltMessage(key, entry);
  const headers = { [journalHeader]: 'hit' };
  if (!stream) return sendJson(response, 200, message, headers);
  beginStream(response, headers);
  response.end([...eventsOf(message)].map(eventText).join(''));
}

/** An answer, and what of it the journal is to keep: only what came to its end, and JSON where that was asked for. */
function toKeep(
  value: Message,
  { output_config: output }: MessageCreateParamsNonStreaming,
  askedBy: string,
): Asked<Message> {
  const message = asMessage(value);
  const isWhole = value.stop_reason === 'end_turn' || value.stop_reason === 'tool_use';
  const isProper = isWhole && value.content.length > 0 && (!output?.format || isJson(message.text));
  if (!isProper) return { value };
  const { usage, model, text } = message;
  // Blocks are kept as they are where their text alone would not be them.
  const isPlain = message.content === undefined && value.content.length === 1 && !hasCitations(value);
  const answer =
    isPlain || message.content !== undefined
      ? keptAnswer(message)
      : { text, content: value.content, stopReason: 'end_turn' };
  return { value, entry: { answer, usage, model, costUsd: costOf(usage, model), answeredAtMs: Date.now(), askedBy } };
}

function hasCitations({ content }: Message): boolean {
  return content.some((block) => block.type === 'text' && (block.citations?.length ?? 0) > 0);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
