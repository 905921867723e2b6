import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it, onTestFinished } from 'vitest';

import { GatewayDesk, key } from './desk.js';

const question = {
  model: 'claude-sonnet-5-5',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'The rent is 900 euros. What is the rent?' }],
};

/** An API that answers every question alike, and tells the headers that it was sent. */
async function listeningApi(): Promise<{ baseURL: string; seen: IncomingHttpHeaders[] }> {
  const seen: IncomingHttpHeaders[] = [];
  const usage = { input_tokens: 1, output_tokens: 1 };
  const message = { id: 'm', type: 'message', role: 'assistant', model: question.model, usage };
  const api = createServer((request, response) => {
    seen.push(request.headers);
    request.resume().once('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const content = [{ type: 'text', text: '900 euros.' }];
      response.end(JSON.stringify({ ...message, content, stop_reason: 'end_turn', stop_sequence: null }));
    });
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  onTestFinished(() => void api.close());
  return { baseURL: `http://127.0.0.1:${(api.address() as AddressInfo).port}`, seen };
}

async function ask(address: string, headers: Record<string, string>, part = {}, query = ''): Promise<Response> {
  return fetch(`${address}/v1/messages${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'made-up-token-1', ...headers },
    body: JSON.stringify({ ...question, ...part }),
  });
}

describe('a call that is made for another program', () => {
  const older = { 'anthropic-version': '2023-06-01' };
  const newest = { 'anthropic-version': '2026-10-21' };
  const beta = { 'anthropic-beta': 'some-beta-1,other-beta-2' };
  const plain = { 'x-api-key': key };
  const bearer = { authorization: `Bearer ${key}` };

  it.each([
    ['older', older, { ...older, ...plain }],
    ['newest', newest, { ...newest, ...bearer }],
    ['newest where it says none', {}, { ...newest, ...bearer }],
    ['older, with betas', { ...older, ...beta }, { ...older, ...beta, ...plain }],
    ['newest, with betas', { ...newest, ...beta }, { ...newest, ...beta, ...bearer }],
  ])('has its own version, and the key as that version has it: %s', async (_, sent, expected) => {
    const { baseURL, seen } = await listeningApi();
    const { address } = await GatewayDesk.open({ apiOf: async () => ({ apiKey: key, baseURL }) });
    expect((await ask(address, sent)).status).toBe(200);
    expect((await ask(address, { ...sent, 'fanfold-journal': 'on' })).status).toBe(200);
    for (const headers of seen) {
      expect(headers).toMatchObject(expected);
      const other = 'x-api-key' in expected ? 'authorization' : 'x-api-key';
      expect(headers[other]).toBeUndefined();
      expect(JSON.stringify(headers)).not.toContain('made-up-token-1');
    }
    expect(seen).toHaveLength(2);
  });

  it('may have the fields of its version, journal or not', async () => {
    const { address } = await GatewayDesk.open();
    for (const journal of ['off', 'on']) {
      const answered = await ask(address, { ...older, 'fanfold-journal': journal }, { temperature: 0.5 });
      expect([journal, answered.status]).toEqual([journal, 200]);
    }
  });

  it('goes past the journal where its path alone says that it is of the beta', async () => {
    const { model, address } = await GatewayDesk.open();
    for (const asks of [1, 2]) {
      const answered = await ask(address, { ...newest, 'fanfold-journal': 'on' }, {}, '?beta=true');
      expect([asks, answered.status, answered.headers.get('fanfold-journal')]).toEqual([asks, 200, null]);
    }
    expect(model.total).toBe(2);
  });
});

describe('a stream that fails', () => {
  const sdk = (baseURL: string, headers = {}) =>
    new Anthropic({ baseURL, apiKey: 'none', maxRetries: 0, defaultHeaders: headers });

  /** How the stream ended for whoever read it: the texts that came, and the error. */
  async function end(client: Anthropic): Promise<{ texts: number; error: unknown }> {
    const stream = client.messages.stream(question);
    let texts = 0;
    stream.on('text', () => (texts += 1));
    const error = await stream.finalMessage().catch((failure: unknown) => failure);
    const { status, type, message } = error as InstanceType<typeof Anthropic.APIError>;
    return { texts, error: { status, type, message: message.replace(/req_offline_\d+/, 'req') } };
  }

  it.each([3, 0])('ends with the API’s own error, journal or not, after %i events', async (after) => {
    const { model, address } = await GatewayDesk.open();
    model.script({ fault: { kind: 'stream-error', error: 'overloaded_error', after } });
    const direct = await end(sdk(model.url, {}));
    expect(direct.error).toMatchObject({ type: 'overloaded_error' });
    expect(await end(sdk(address))).toEqual(direct);
    expect(await end(sdk(address, { 'fanfold-journal': 'on' }))).toEqual(direct);
  });

  it('whose connection is lost ends with an error, with the journal, and its cost so far is in the ledger', async () => {
    const { model, address, journal } = await GatewayDesk.open();
    model.script({ fault: { kind: 'reset-in-body', after: 3 } });
    const { error } = await end(sdk(address, { 'fanfold-journal': 'on' }));
    expect(error).toMatchObject({ type: 'api_error', message: expect.stringContaining('could not ask the API') });
    const [row] = await journal.spend('');
    expect(row).toMatchObject({ calls: 1, untold: 1 });
    expect(row!.inputTokens).toBeGreaterThan(0);
  });
});
