import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { failureTypes } from '../../../src/contract/failures.js';
import { backoffMs } from '../../../src/model/backoff.js';
import { resultsOf } from '../../../src/model/call/batch-api.js';
import { ModelClients } from '../../../src/model/call/client.js';
import { readRateHeaders } from '../../../src/model/limiter/rate-headers.js';
import { failureOf, key, ledgerOf, openDesk, outputOf } from '../../activities/asking.js';

const page = readFileSync(join(import.meta.dirname, '../../../docs/gateways.md'), 'utf8');

/** What is seen, and what fanfold does, by the rows of the page. */
const told = new Map(
  [...page.matchAll(/^\| (.+?) \| .+? \| (.+) \|$/gm)].slice(1).map(([, seen, does]) => [seen!, does!]),
);
const tried = new Set<string>();

/** What the page says that is done where this is seen, and the failures that it names. */
function row(seen: string): { does: string; types: string[] } {
  const [found, does] = [...told].find(([each]) => each.startsWith(seen)) ?? [];
  if (found === undefined || does === undefined)
    throw new Error(`docs/gateways.md has no row that begins with ${seen}`);
  tried.add(found);
  const names = [...does.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
  return { does, types: names.filter((name) => Object.hasOwn(failureTypes, name)) };
}

interface Answer {
  status?: number;
  type?: string;
  body: unknown;
}

/** A gateway that answers everything alike. */
async function gateway({ status = 200, type = 'application/json', body }: Answer) {
  let asked = 0;
  const baseURL = await serve((_, response) => {
    asked += 1;
    response.writeHead(status, { 'content-type': type }).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const desk = await openDesk({}, { api: { apiKey: key, baseURL } });
  return { ...desk, asked: () => asked };
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const usage = { input_tokens: 1_000, output_tokens: 100 };
const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-5-5',
  content: [{ type: 'text', text: 'The rent.' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage,
};
const events = [
  { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'The rent.' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 100 } },
  { type: 'message_stop' },
];
const stream = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');

const streamed = { request: { maxTokens: 2_000 } };

row('whole JSON where a stream');
it.each(['application/json', 'text/plain'])(
  'takes a whole message for the answer where a stream was asked for, as %s',
  async (type) => {
    const { ask, asked } = await gateway({ type, body: message });
    const asking = ask(streamed);
    expect(await outputOf(asking)).toBe('The rent.');
    expect((await asking.answer).ledger).toMatchObject({
      attempts: 1,
      usage: { inputTokens: 1_000, outputTokens: 100 },
    });
    expect(asked()).toBe(1);
  },
);

row('a stream with another');
it.each(['text/plain', 'application/octet-stream'])('reads a stream that says it is %s', async (type) => {
  const { ask } = await gateway({ type, body: stream });
  expect(await outputOf(ask(streamed))).toBe('The rent.');
});

describe.each([
  ['whole', 1_000],
  ['streamed', 2_000],
])('asked for an answer %s', (_, maxTokens) => {
  const unnamed = row('an error with status 200').types;
  it.each([
    ['overloaded_error', {}, 'Overloaded', false],
    ['rate_limit_error', {}, 'RateLimited', false],
    ['authentication_error', {}, 'Unauthenticated', true],
    ['invalid_request_error', {}, 'BadRequest', true],
    ['None', { code: '403' }, 'PermissionDenied', true],
    ['unheard_of', {}, 'ServerError', false],
  ] as const)('an error with status 200 is what its kind or code says: %s %j', async (kind, more, type, isFinal) => {
    const { ask, asked } = await gateway({
      body: { error: { type: kind, message: 'the gateway’s own words', ...more } },
    });
    const failure = await failureOf(ask({ request: { maxTokens } }));
    expect(failure).toMatchObject({ type, nonRetryable: isFinal });
    expect(failure.message).toContain('the gateway’s own words');
    if (kind === 'unheard_of') expect(unnamed).toEqual([type]);
    // It was refused, and cost nothing.
    expect(ledgerOf(failure)).toMatchObject({ costUsd: 0 });
    expect(asked()).toBe(1);
  });

  const noMessage = row('a text, a page').types;
  it('a text in place of a message is shown, and asked for twice at most', async () => {
    const { ask } = await gateway({ type: 'text/plain', body: 'quota of team blue is used up' });
    const first = await failureOf(ask({ request: { maxTokens }, attempts: 5 }));
    expect(noMessage).toEqual([first.type]);
    expect(first).toMatchObject({ type: 'MalformedAnswer', nonRetryable: false });
    expect(first.message).toContain('"quota of team blue is used up"');
    const second = await failureOf(ask({ request: { maxTokens }, attempts: 5 }, { attempt: 2 }));
    expect(second).toMatchObject({ type: 'AttemptsExhausted', nonRetryable: true });
    expect(second.message).toMatch(/^All 2 tries failed/);
  });

  it('an answer that is charged for and cannot be read is counted, and asked for twice at most', async () => {
    const { ask } = await gateway({ body: { ...message, stop_reason: undefined } });
    const failure = await failureOf(ask({ request: { maxTokens }, attempts: 5 }, { attempt: 2 }));
    expect(failure).toMatchObject({ type: 'AttemptsExhausted', nonRetryable: true });
    expect(ledgerOf(failure)).toMatchObject({ usage: { inputTokens: 1_000, outputTokens: 100 } });
    expect(ledgerOf(failure).costUsd).toBeGreaterThan(0);
  });

  const calledServerError = row('529 becomes 500').types;
  it('overload that a gateway calls 500 slows the calls down', async () => {
    const said =
      'litellm.InternalServerError: AnthropicException - {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}';
    const { ask } = await gateway({ status: 500, body: { error: { message: said, type: null, code: '500' } } });
    expect(calledServerError).toEqual([(await failureOf(ask({ request: { maxTokens } }))).type]);
  });

  const cooldown = row('after a refused key (401)').types;
  it('a gateway that answers 429 after the upstream has refused a key is not waited for without end', async () => {
    const said = 'No deployments available for selected model, Try again in 5 seconds. Passed model=claude';
    const { ask } = await gateway({ status: 429, body: { error: { message: said, type: 'None', code: '429' } } });
    expect(cooldown).toEqual([(await failureOf(ask({ request: { maxTokens } }))).type]);
    const failure = await failureOf(ask({ request: { maxTokens } }, { attempt: 3 }));
    expect(failure).toMatchObject({ type: 'AttemptsExhausted' });
    expect(failure.message).toContain('No deployments available');
  });
});

row('`results_url` of a Message Batch');
it('fetches results of a batch from the configured origin, whatever the API says', async () => {
  const elsewhere: IncomingHttpHeaders[] = [];
  const other = await serve((request, response) => {
    elsewhere.push(request.headers);
    response.end('');
  });
  const result = { custom_id: 'a-1', result: { type: 'succeeded', message } };
  const asked: (string | undefined)[] = [];
  const baseURL = await serve((request, response) => {
    asked.push(request.url);
    if (request.url?.endsWith('/results')) {
      return void response.end(`${JSON.stringify(result)}\n\n${JSON.stringify({ ...result, custom_id: 'a-2' })}`);
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ id: 'batch_1', processing_status: 'ended', results_url: `${other}/results` }));
  });
  const client = new ModelClients().anthropicOf({ apiKey: key, baseURL: `${baseURL}/gateway` }).streaming;
  const ids: string[] = [];
  for await (const { custom_id: id } of resultsOf(client, 'batch_1', new AbortController().signal)) ids.push(id);
  expect(ids).toEqual(['a-1', 'a-2']);
  expect(asked).toEqual(['/gateway/v1/messages/batches/batch_1/results']);
  expect(elsewhere).toEqual([]);
});

it('reads limits under the name that a gateway gives them', () => {
  const { does } = row('`anthropic-ratelimit-*` come as `llm_provider-anthropic-ratelimit-*`');
  expect(does).toContain('reads them under that name');
  const fields = { limit: '50', remaining: '7', reset: '2026-01-01T00:00:30Z' };
  const named = (prefix: string) =>
    new Headers(
      Object.entries(fields).map(([name, value]) => [`${prefix}anthropic-ratelimit-requests-${name}`, value]),
    );
  const nowMs = Date.parse('2026-01-01T00:00:00Z');
  const reading = readRateHeaders(named('llm_provider-'), nowMs);
  expect(reading.get('requests')).toMatchObject({ limit: 50, remaining: 7, fullInMs: 30_000 });
  expect(reading).toEqual(readRateHeaders(named(''), nowMs));
});

it('waits for as long as the page says where nobody tells how long, and uses up no try', async () => {
  const { does } = row('`retry-after` of a 429 is dropped');
  const [least, most] = [backoffMs(1, 'equal', () => 0), backoffMs(99, 'equal', () => 1)];
  expect(does).toContain(`from ${least / 1_000} s up to ${most / 1_000} s, at random; no attempt is used up`);
  const { ask } = await gateway({ status: 429, body: { error: { message: 'later', type: 'None', code: '429' } } });
  const failure = await failureOf(ask());
  expect([failure.type, ledgerOf(failure)]).toMatchObject(['RateLimited', { attempts: 0, throttled: 1 }]);
});

it('follows no redirect to another host, and says where it leads', async () => {
  const { types } = row('a redirect to another host');
  const elsewhere: (string | undefined)[] = [];
  const other = await serve((request, response) => {
    elsewhere.push(request.url);
    response.end('{}');
  });
  const baseURL = await serve((_, response) => response.writeHead(308, { location: `${other}/v1/messages` }).end());
  const { ask } = await openDesk({}, { api: { apiKey: key, baseURL } });
  const failure = await failureOf(ask());
  expect(types).toEqual([failure.type]);
  expect([failure.message, elsewhere]).toEqual([expect.stringContaining(other), []]);
});

it('tries each row of docs/gateways.md, which names what each was seen with', () => {
  expect(tried.size).toBeGreaterThan(9);
  expect([...tried].toSorted()).toEqual([...told.keys()].toSorted());
});
