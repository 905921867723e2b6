import Anthropic from '@anthropic-ai/sdk';
import type { OfflineModel } from '@fanfold/offline-model';
import { expect, it } from 'vitest';

import { boundOf } from '../../src/gateway/server/bound-of.js';
import { GatewayDesk } from './desk.js';

type Question = Anthropic.MessageCreateParamsNonStreaming;

const plain: Question = {
  model: 'claude-sonnet-5-5',
  max_tokens: 2_000,
  messages: [{ role: 'user', content: 'The rent is 900 euros. What is the rent?' }],
};

const long = 'The tenant pays the rent of 900 euros on the first working day of each month. '.repeat(300);

const cachedFor = (ttl: '5m' | '1h'): Question => ({
  ...plain,
  system: [{ type: 'text', text: `${ttl}: ${long}`, cache_control: { type: 'ephemeral', ttl } }],
});

/** US dollars by the model's own count and Anthropic's list, typed from there and not taken from the product. */
function booksOf({ calls }: OfflineModel): number {
  return calls.reduce((sum, { usage }) => {
    const { input_tokens: input = 0, output_tokens: output = 0, cache_read_input_tokens: read } = usage ?? {};
    const { ephemeral_5m_input_tokens: short = 0, ephemeral_1h_input_tokens: hour = 0 } = usage?.cache_creation ?? {};
    return sum + (2 * input + 10 * output + 0.1 * (read ?? 0) + 2.5 * short + 4 * hour) / 1e6;
  }, 0);
}

it.each(['off', 'on'])('has to the cent what the model has counted, with the journal %s', async (wish) => {
  const { model, address, journal } = await GatewayDesk.open();
  const defaultHeaders = { 'fanfold-journal': wish };
  const { messages } = new Anthropic({ baseURL: address, apiKey: 'none', maxRetries: 0, defaultHeaders });
  await messages.create(plain);
  await messages.stream({ ...plain, max_tokens: 1_999 }).finalMessage();
  for (const ttl of ['5m', '1h'] as const) {
    await messages.create(cachedFor(ttl));
    // What is in the cache is read.
    await messages.stream({ ...cachedFor(ttl), max_tokens: 1_998 }).finalMessage();
  }
  await messages.create({ ...plain, max_tokens: 5 });
  model.script({ times: 1, fault: { kind: 'stop-reason', stopReason: 'refusal' } });
  await messages.create({ ...plain, max_tokens: 1_997 });
  await messages.create({ ...plain, max_tokens: 4_000, thinking: { type: 'adaptive' } });
  const rows = await journal.spend('');
  expect(model.calls.some(({ usage }) => (usage?.cache_creation?.ephemeral_1h_input_tokens ?? 0) > 0)).toBe(true);
  expect(rows.reduce((sum, { calls }) => sum + calls, 0)).toBe(model.total);
  expect(rows.reduce((sum, { costUsd }) => sum + costUsd, 0)).toBeCloseTo(booksOf(model), 9);
});

it('sets aside for a call what a write to the cache costs, wherever the question asks for that', () => {
  const tool = { name: 'look', input_schema: { type: 'object' as const } };
  const inTools = { ...plain, tools: [{ ...tool, cache_control: { type: 'ephemeral' as const } }] };
  const notInTools = { ...plain, tools: [tool] };
  const asText = { ...plain, system: `${long} "cache_control": { "ttl":"1h" }` };
  const asMuch = { ...plain, system: `${long} 'cache_control': { 'ttl':'1h' }` };
  expect(boundOf(inTools, false)).toBeGreaterThan(boundOf(notInTools, false)!);
  expect(boundOf(cachedFor('1h'), false)).toBeGreaterThan(boundOf(cachedFor('5m'), false)! * 1.2);
  expect(boundOf(asText, false)! / boundOf(asMuch, false)!).toBeLessThan(1.1);
});
