import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';

import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it, onTestFinished } from 'vitest';

import { Clients, newToken } from '../../src/gateway/index.js';
import { apiOfModel } from '../../src/model/providers/api-of.js';
import { chatStandIn } from '../support/stand-ins.js';
import { GatewayDesk, key } from './desk.js';

const question = {
  model: 'claude-sonnet-5-5',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'The rent is 900 euros. What is the rent?' }],
};

function sdk(baseURL: string, headers: Record<string, string> = {}, apiKey = 'none'): Anthropic {
  return new Anthropic({ baseURL, apiKey, maxRetries: 0, defaultHeaders: headers });
}

/** A message but for its id. */
function essence(message: Anthropic.Message): unknown {
  return { ...message, id: 'any' };
}

describe("another program's SDK", () => {
  it('gets what the API would have given it, whole and as a stream, and no key', async () => {
    const { model, address } = await GatewayDesk.open();
    const direct = sdk(model.url, {}, key);
    const through = sdk(address);
    expect(essence(await through.messages.create(question))).toEqual(essence(await direct.messages.create(question)));
    const streamed = await through.messages.stream(question).finalMessage();
    expect(essence(streamed)).toEqual(essence(await direct.messages.stream(question).finalMessage()));
    expect(await through.messages.countTokens({ model: question.model, messages: question.messages })).toEqual(
      await direct.messages.countTokens({ model: question.model, messages: question.messages }),
    );
    const [some] = (await through.models.list()).data;
    expect(some).toEqual((await direct.models.list()).data[0]);
    const batch = await through.messages.batches.create({ requests: [{ custom_id: 'a', params: question }] });
    expect((await direct.messages.batches.retrieve(batch.id)).id).toBe(batch.id);
  });

  it('is in the ledger, by its client and the run that it names', async () => {
    const { token, line } = newToken('billing-app');
    const { address, journal } = await GatewayDesk.open({ clients: new Clients(line) });
    await sdk(address, { 'fanfold-run': 'night-7' }, token).messages.create(question);
    await sdk(address, {}, token).messages.stream(question).finalMessage();
    const rows = await journal.spend('');
    expect(rows.map(({ run, client, calls }) => ({ run, client, calls }))).toEqual([
      { run: '', client: 'billing-app', calls: 1 },
      { run: 'night-7', client: 'billing-app', calls: 1 },
    ]);
    expect(rows[0]!.costUsd).toBe(rows[1]!.costUsd);
    const told = await fetch(`${address}/fanfold/v1/spend`, { headers: { 'x-api-key': token } });
    expect(await told.json()).toEqual(rows);
  });

  it('is answered from the journal where it asks for that, whole and as a stream', async () => {
    const { model, address } = await GatewayDesk.open();
    const asking = sdk(address, { 'fanfold-journal': 'on' });
    const first = await asking.messages.create(question);
    const again = await asking.messages.create(question);
    const streamed = await asking.messages.stream(question).finalMessage();
    expect(model.total).toBe(1);
    for (const each of [again, streamed]) {
      expect(each.content.map((block) => block.type === 'text' && block.text)).toEqual([
        first.content[0]?.type === 'text' && first.content[0].text,
      ]);
      expect(each.stop_reason).toBe('end_turn');
    }
    await sdk(address, { 'fanfold-journal': 'fresh' }).messages.create(question);
    await sdk(address).messages.create(question);
    expect(model.total).toBe(3);
  });

  it('is not asked for again what it has left behind, where it asks for the journal', async () => {
    const { model, address } = await GatewayDesk.open();
    const gate = model.hold();
    const gone = new AbortController();
    const first = sdk(address, { 'fanfold-journal': 'on' }).messages.create(question, { signal: gone.signal });
    first.catch(() => {});
    await model.until(() => gate.waiting.length === 1);
    gone.abort();
    const second = sdk(address, { 'fanfold-journal': 'on' }).messages.create(question);
    gate.release();
    expect((await second).stop_reason).toBe('end_turn');
    expect(model.total).toBe(1);
  });

  it('has its call cut when it goes away, where it asks for no journal', async () => {
    const { model, address } = await GatewayDesk.open();
    const gate = model.hold();
    const gone = new AbortController();
    sdk(address)
      .messages.create(question, { signal: gone.signal })
      .catch(() => {});
    await model.until(() => gate.waiting.length === 1);
    gone.abort();
    await model.until(() => model.calls[0]!.aborted);
    gate.release();
  });

  it('is told of errors and limits in the API’s own words', async () => {
    const { model, address } = await GatewayDesk.open();
    model.script({ times: 1, fault: { kind: 'rate-limit', retryAfter: 3 } });
    const limited = await sdk(address)
      .messages.create(question)
      .catch((error: unknown) => error);
    expect(limited).toBeInstanceOf(Anthropic.RateLimitError);
    expect((limited as InstanceType<typeof Anthropic.APIError>).headers?.get('retry-after')).toBe('3');
  });

  it('is refused what the day’s budget might not cover', async () => {
    const { model, address } = await GatewayDesk.open({ budgetPerDayUsd: 0.0001 });
    const refused = await sdk(address)
      .messages.create(question)
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 402, type: 'billing_error' });
    expect((refused as Error).message).toMatch(/budget of \$0\.0001 a day/);
    // What others have spent is nobody's business (Books-4).
    expect((refused as Error).message).not.toMatch(/spent|set aside/);
    expect(model.total).toBe(0);
  });
});

describe('the budget of a day', () => {
  it('holds over all gateways on one journal, with calls at once at both (DayMoney-1)', async () => {
    const one = await GatewayDesk.open({ budgetPerDayUsd: 0.004 });
    const other = await GatewayDesk.open({ budgetPerDayUsd: 0.004, journal: one.journal });
    const asks = Array.from({ length: 40 }, (_, at) => sdk((at % 2 === 0 ? one : other).address));
    const ended = await Promise.allSettled(asks.map((client) => client.messages.create(question)));
    const made = ended.filter(({ status }) => status === 'fulfilled').length;
    const spentUsd = (await one.journal.spend('')).reduce((sum, { costUsd }) => sum + costUsd, 0);
    expect(spentUsd).toBeLessThanOrEqual(0.004);
    expect(made).toBeGreaterThan(1);
    expect(made).toBeLessThan(40);
    expect(one.model.total + other.model.total).toBe(made);
  });
});

describe('the door', () => {
  it.each([
    ['a web page', { origin: 'https://example.org' }, 403],
    ['a page that a browser loads from elsewhere', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a name that leads here by chance', { host: 'rebound.example.org' }, 403],
  ])('stays shut to %s', async (_, headers, status) => {
    const { address } = await GatewayDesk.open();
    expect(await statusOf(`${address}/v1/models`, headers)).toBe(status);
  });

  it('asks for a token where there are some', async () => {
    const { token, line } = newToken('one');
    const desk = await GatewayDesk.open({ clients: new Clients(`# comment\n\n${line}\n`) });
    const { address } = desk;
    expect(await statusOf(`${address}/v1/models`, {})).toBe(401);
    expect(await statusOf(`${address}/v1/models`, { 'x-api-key': 'made-up-token-1' })).toBe(401);
    expect(await statusOf(`${address}/v1/models`, { 'x-api-key': token })).toBe(200);
    expect(await statusOf(`${address}/v1/models`, { authorization: `Bearer ${token}` })).toBe(200);
    await expect(desk.worker()).rejects.toThrow(/does not let this worker in/);
    await expect(desk.worker({ token })).resolves.toBeDefined();
    expect(line).not.toContain(token);
  });
});

async function statusOf(url: string, headers: Record<string, string>): Promise<number> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('a request that is not what it seems', () => {
  /** The status of a question to a path as it stands: `fetch` would put it in order. */
  async function asked(address: string, path: string, body: object, headers = {}): Promise<number | undefined> {
    const { hostname, port } = new URL(address);
    const sent = request({
      hostname,
      port,
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
    });
    const answered = once(sent, 'response');
    sent.end(JSON.stringify(body));
    const [response] = (await answered) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  }

  it.each([
    '/v1/./messages',
    '/v1/x/../messages',
    '/v1//messages',
    '/v1/messages/',
    '/v1/%6dessages',
    '/v1/../fanfold/v1/health',
    '/v1/..%2fapi/secret',
    '/v1\\messages',
  ])('is not handed on: %s', async (path) => {
    const { model, address } = await GatewayDesk.open();
    const before = model.calls.length;
    expect(await asked(address, path, question)).toBe(404);
    expect(model.calls).toHaveLength(before);
  });

  it.each([
    [{ ...question, messages: [{ role: 'user', content: null }] }, {}],
    [{ ...question, messages: [null] }, {}],
    [{ ...question, messages: [{ role: 'user', content: [null] }] }, {}],
    [{ ...question, max_tokens: -50_000 }, {}],
    [question, { 'fanfold-journal': 'yes' }],
    [question, { 'fanfold-journal': 'on', 'fanfold-sample': 'x' }],
    [question, { 'fanfold-journal': 'on', 'fanfold-sample': '-1' }],
    [question, { 'fanfold-journal': 'on', 'fanfold-sample': '1.5' }],
    [question, { 'fanfold-journal': 'on', 'fanfold-sample': '1e999' }],
    [question, { 'fanfold-journal': 'on', 'fanfold-sample': '9007199254740992' }],
    [{ ...question, model: 'openai:' }, { 'fanfold-journal': 'on' }],
    [question, { 'fanfold-priority': '0' }],
    [question, { 'fanfold-priority': '6' }],
    [question, { 'fanfold-priority': '1.5' }],
  ])('is refused before anything is spent: %j %j', async (body, headers) => {
    const { model, address } = await GatewayDesk.open({ budgetPerDayUsd: 1 });
    expect(await asked(address, '/v1/messages', body, headers)).toBe(400);
    expect(model.total).toBe(0);
  });

  it.each([
    {
      messages: [
        { role: 'user', content: [{ type: 'document', source: { type: 'url', url: 'https://example.org/a.pdf' } }] },
      ],
    },
    { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
  ])('may cost nobody knows what, and is not made under a budget: %j', async (more) => {
    const { model, address } = await GatewayDesk.open({ budgetPerDayUsd: 1 });
    expect(await asked(address, '/v1/messages', { ...question, ...more })).toBe(402);
    expect(model.total).toBe(0);
  });

  it('is cut, and counts as the most that it may have cost (Books-2)', async () => {
    const { model, address } = await GatewayDesk.open({ budgetPerDayUsd: 0.002 });
    const gate = model.hold();
    const leaving = new AbortController();
    const left = sdk(address).messages.create(question, { signal: leaving.signal });
    await expect.poll(() => gate.waiting.length).toBe(1);
    leaving.abort();
    await expect(left).rejects.toThrow();
    await expect.poll(() => model.calls.filter(({ aborted }) => aborted).length).toBe(1);
    gate.release();
    await expect.poll(() => asked(address, '/v1/messages', question)).toBe(402);
    expect(model.total).toBe(1);
  });
});

it('hands a question on under the name that Anthropic itself knows', async () => {
  const { address, model } = await GatewayDesk.open({ env: { FANFOLD_PROVIDER: 'bedrock' } });
  const asked = { ...question, model: `anthropic:${question.model}` };
  expect((await sdk(address).messages.create(asked)).model).toBe(question.model);
  expect(model.calls.at(-1)?.model).toBe(question.model);
});

it('asks other providers by its own keys, through the journal, and hands nothing on to them as it is', async () => {
  const chat = await chatStandIn({ key: 'made-up-token-1' });
  onTestFinished(() => chat.close());
  const env = { OPENAI_API_KEY: 'made-up-token-1', OPENAI_BASE_URL: `${chat.url}/v1` };
  const apiOf = async ({ body }: { body: { model: string } }) => apiOfModel(body.model, undefined, env);
  const { address, journal } = await GatewayDesk.open({ env, apiOf });
  const asked = { ...question, model: 'openai:gpt-4o-mini' };
  const answered = await sdk(address, { 'fanfold-journal': 'on' }).messages.create(asked);
  expect(answered).toMatchObject({ model: 'openai:gpt-4o-mini', content: [{ text: 'The rent is owed.' }] });
  const streamed = sdk(address, { 'fanfold-journal': 'fresh' }).messages.stream(asked);
  expect(await streamed.finalText()).toBe('The rent is owed.');
  const again = await sdk(address, { 'fanfold-journal': 'on' }).messages.create(asked).withResponse();
  expect(again.response.headers.get('fanfold-journal')).toBe('hit');
  expect(chat.asked).toHaveLength(2);
  expect((await journal.spend(''))[0]).toMatchObject({
    model: 'openai:gpt-4o-mini',
    costUsd: expect.closeTo(2 * 0.000_195, 9),
  });
  await expect(sdk(address).messages.create(asked)).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('fanfold-journal: on'),
  });
});
