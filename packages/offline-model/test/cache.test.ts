import type {
  CacheControlEphemeral,
  MessageCreateParamsNonStreaming,
  Usage,
} from '@anthropic-ai/sdk/resources/messages';
import { expect, it } from 'vitest';
import { PromptCache } from '../src/cache/prompt-cache.js';
import { asking, start } from './start.js';

const document = 'The supplier delivers the goods to the customer on every Monday. '.repeat(200);

function ask(
  prompt: string,
  more: Partial<MessageCreateParamsNonStreaming> = {},
  control: CacheControlEphemeral = { type: 'ephemeral' },
) {
  const content = [
    { type: 'text', text: document, cache_control: control },
    { type: 'text', text: prompt },
  ] as const;
  return asking('', { messages: [{ role: 'user', content: [...content] }], ...more });
}

const shares = ({ cache_read_input_tokens: read, cache_creation_input_tokens: written }: Usage) => ({ read, written });

it('is written by the leader and read by the rest', async () => {
  const { client } = await start();
  const { usage: leader } = await client.messages.create(ask('one'));
  const { usage: reader } = await client.messages.create(ask('two'));
  expect(leader.cache_read_input_tokens).toBe(0);
  expect(leader.cache_creation_input_tokens).toBeGreaterThan(1_024);
  expect(leader.input_tokens).toBeLessThan(10);
  expect(shares(reader)).toEqual({ read: leader.cache_creation_input_tokens, written: 0 });
});

it('is missed by all of several cold calls at once, each of which writes', async () => {
  const { client, model } = await start();
  const gate = model.hold();
  const calls = ['one', 'two', 'three'].map((prompt) => client.messages.create(ask(prompt)));
  await model.until(() => gate.waiting.length === 3);
  gate.release();
  for (const { usage } of await Promise.all(calls)) {
    expect(usage.cache_read_input_tokens).toBe(0);
    expect(usage.cache_creation_input_tokens).toBeGreaterThan(0);
  }
});

it('can be read as soon as a stream has begun', async () => {
  const { client } = await start({ script: [{ times: 1, fault: { kind: 'hang-in-body', after: 1 } }] });
  const leader = await client.messages.create({ ...ask('one'), stream: true });
  await leader[Symbol.asyncIterator]().next();
  expect((await client.messages.create(ask('two'))).usage.cache_read_input_tokens).toBeGreaterThan(0);
  leader.controller.abort();
});

it('is not written by a call that failed', async () => {
  const { client } = await start({ script: [{ times: 1, fault: { kind: 'reset-before-headers' } }] });
  await client.messages.create(ask('one')).catch(() => {});
  expect((await client.messages.create(ask('two'))).usage.cache_read_input_tokens).toBe(0);
});

it('is warmed by max_tokens 0, which says nothing', async () => {
  const { client } = await start();
  const warm = await client.messages.create(ask('one', { max_tokens: 0 }));
  expect(warm).toMatchObject({ content: [], usage: { output_tokens: 0 } });
  expect((await client.messages.create(ask('two'))).usage.cache_read_input_tokens).toBe(
    warm.usage.cache_creation_input_tokens,
  );
});

it('silently leaves out what is too short', async () => {
  const { client } = await start();
  const short = asking('', {
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }] }],
  });
  await client.messages.create(short);
  expect(shares((await client.messages.create(short)).usage)).toEqual({ read: 0, written: 0 });
});

it.each<[string, Partial<MessageCreateParamsNonStreaming>]>([
  ['system', { system: 'Be careful.' }],
  ['tools', { tools: [{ name: 'get', input_schema: { type: 'object' } }] }],
  ['output format', { output_config: { format: { type: 'json_schema', schema: { type: 'string' } } } }],
  ['model', { model: 'claude-opus-5-5' }],
])('is broken by another %s', async (_what, more) => {
  const { client } = await start();
  await client.messages.create(ask('one'));
  expect((await client.messages.create(ask('two', more))).usage.cache_read_input_tokens).toBe(0);
});

it('tells the hour from the five minutes', async () => {
  const { client } = await start();
  const system = [{ type: 'text', text: document, cache_control: { type: 'ephemeral', ttl: '1h' } } as const];
  const { usage } = await client.messages.create(ask('one', { system }));
  const { ephemeral_1h_input_tokens: hour = 0, ephemeral_5m_input_tokens: minutes = 0 } = usage.cache_creation ?? {};
  expect(hour).toBeGreaterThan(0);
  expect(minutes).toBeGreaterThan(0);
  expect(hour + minutes).toBe(usage.cache_creation_input_tokens);
});

it('counts all input exactly once', async () => {
  const { client } = await start();
  await client.messages.create(ask('one'));
  const { usage } = await client.messages.create(ask('two'));
  const { input_tokens: counted } = await client.messages.countTokens({
    model: 'claude-sonnet-5-5',
    messages: ask('two').messages,
  });
  expect(usage.input_tokens + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0)).toBe(
    counted,
  );
});

it('takes cache_control on the request for the last block', async () => {
  const { client } = await start();
  const whole = asking(document, { cache_control: { type: 'ephemeral' } });
  await client.messages.create(whole);
  expect((await client.messages.create(whole)).usage).toMatchObject({
    input_tokens: 0,
    cache_read_input_tokens: expect.any(Number),
  });
});

it('forgets after its time, which every read renews', () => {
  let now = Date.UTC(2026, 0);
  const cache = new PromptCache(() => now);
  const prefixes = [{ hash: 'a', tokens: 2_000, ttl: '5m' as const }];
  const read = () => cache.share(prefixes, 1_024).read;
  cache.share(prefixes, 1_024).begin();
  now += 299_000;
  expect(read()).toBe(2_000);
  now += 299_000;
  expect(read()).toBe(2_000);
  now += 301_000;
  expect(read()).toBe(0);
});
