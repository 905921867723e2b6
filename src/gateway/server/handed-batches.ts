import type { IncomingMessage, ServerResponse } from 'node:http';

import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import type { Response } from 'undici';

import { dayOf } from '../../journal/index.js';
import { spendMarkOf } from '../../model/call/batch-spend.js';
import { BatchUsage } from './batch-usage.js';
import { boundOf } from './bound-of.js';
import { accountOf } from './account-of.js';
import type { Account } from './account-of.js';
import { refuse } from './refuse.js';
import { goneSignal, readBody } from './read-body.js';
import type { Serving } from './serving.js';
import { answerHeaders, askUpstream } from './upstream.js';

const batchesPath = /^\/v1\/messages\/batches(\/|$)/;
const resultsPath = /^\/v1\/messages\/batches\/([\w-]+)\/results$/;

/** A batch costs half of what its questions would cost one by one. */
const batchShare = 0.5;

export function isOfBatches(path: string): boolean {
  return batchesPath.test(path);
}

/**
 * Hands on what is asked of batches.
 *
 * HandedBatches-1. A batch whose questions might exceed the day's budget is not submitted. What it may cost stays set aside until its results come.
 * HandedBatches-2. A batch is in the ledger before the end of its results is told, once, however often and by whom they are fetched.
 * HandedBatches-3. The address of the results that a client is told is this gateway's, as the client knows it: at the API's own it has no key.
 */
export async function answerBatches(
  request: IncomingMessage,
  response: ServerResponse,
  client: string,
  serving: Serving,
): Promise<void> {
  const body = await readBody(request, response);
  if (body === undefined) return;
  const { settings } = serving;
  const signal = goneSignal(response);
  try {
    // No other provider has batches.
    const api = await settings.apiOf({ offline: settings.foreignLine === 'offline', body: { model: 'anthropic:' } });
    const account = accountOf(request, client);
    const ask = () => askUpstream(request, body, api, settings, signal);
    const { method = 'GET', url = '' } = request;
    const [path = ''] = url.split('?');
    const [, id] = resultsPath.exec(path) ?? [];
    if (method === 'POST' && path === '/v1/messages/batches')
      await submit(body, request, response, ask, account, serving);
    else if (method !== 'GET' || id === undefined) await handOn(request, response, await ask());
    else await collect(id, response, await ask(), account, api.baseURL, serving);
  } catch (error) {
    if (!signal.aborted) refuse(response, error, settings.secrets);
  }
}

async function handOn(request: IncomingMessage, response: ServerResponse, answered: Response): Promise<string> {
  const text = await answered.text();
  response.writeHead(answered.status, answerHeaders(answered)).end(withOwnResults(text, ownOrigin(request)));
  return text;
}

async function submit(
  body: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
  ask: () => Promise<Response>,
  account: Account,
  { books, settings, batches }: Serving,
): Promise<void> {
  const isPaid = settings.foreignLine === 'paid';
  const release = isPaid && books.isBounded ? await books.reserve(boundOfBatch(body)) : () => {};
  try {
    const answered = await ask();
    const text = await handOn(request, response, answered);
    const id = answered.ok ? idIn(text) : undefined;
    if (id === undefined) release();
    else batches.remember(id, { account, release });
  } catch (error) {
    release();
    throw error;
  }
}

async function collect(
  id: string,
  response: ServerResponse,
  answered: Response,
  asker: Account,
  source: string,
  { books, settings, batches }: Serving,
): Promise<void> {
  response.writeHead(answered.status, answerHeaders(answered));
  const results = new BatchUsage();
  for await (const chunk of (answered.body ?? []) as AsyncIterable<Uint8Array>) {
    if (answered.ok) results.take(chunk);
    // Results have hundreds of megabytes: a slow reader is waited for.
    if (!response.write(chunk)) await drained(response);
  }
  if (answered.ok && settings.foreignLine === 'paid') {
    const open = batches.take(id);
    const account = open?.account ?? asker;
    await books.record(results.rows({ ...account, day: dayOf(Date.now()) }), spendMarkOf(source, id));
    open?.release();
  }
  response.end();
}

/** The most that a batch may cost, in US dollars; `null` where that is unknown. */
function boundOfBatch(body: Buffer): number | null {
  try {
    const { requests } = JSON.parse(body.toString()) as { requests: { params: MessageCreateParamsNonStreaming }[] };
    let sum = 0;
    for (const { params } of requests) {
      const boundUsd = boundOf(params, false);
      if (boundUsd === null) return null;
      sum += boundUsd * batchShare;
    }
    return sum;
  } catch {
    // The API says what is wrong with it, and takes nothing for it.
    return 0;
  }
}

/** Where the client has asked. */
function ownOrigin({ headers, socket }: IncomingMessage): string {
  const isSecure = 'encrypted' in socket || headers['x-forwarded-proto'] === 'https';
  return `${isSecure ? 'https' : 'http'}://${headers.host ?? 'localhost'}`;
}

/** The addresses of results, which the API tells of a batch or of each in a list, at another origin. */
function withOwnResults(text: string, origin: string): string {
  return text.replaceAll(
    /"results_url":(\s*)"https?:\/\/[^/"]+(\/[^"]*)?"/g,
    (_, space: string, path = '') =>
      `"results_url":${space}"${origin}${/\/v1\/messages\/batches\/.*$/.exec(String(path))?.[0] ?? path}"`,
  );
}

function idIn(text: string): string | undefined {
  try {
    const { id } = JSON.parse(text) as { id?: unknown };
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      response.off('drain', over).off('close', over);
      resolve();
    };
    response.once('drain', over).once('close', over);
  });
}
