import Anthropic from '@anthropic-ai/sdk';
import { expect, it } from 'vitest';

import { boundOf } from '../../src/gateway/server/bound-of.js';
import { costOf } from '../../src/model/index.js';
import { GatewayDesk } from './desk.js';

const params = {
  model: 'claude-sonnet-5-5',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'The rent is 900 euros. What is the rent?' }],
};
const requests = ['a', 'b', 'c'].map((id) => ({ custom_id: id, params }));

function sdk(baseURL: string, run = ''): Anthropic {
  return new Anthropic({ baseURL, apiKey: 'none', maxRetries: 0, defaultHeaders: { 'fanfold-run': run } });
}

/** The results of a batch, once it has ended. */
async function resultsOf(client: Anthropic, id: string) {
  await expect.poll(async () => (await client.messages.batches.retrieve(id)).processing_status).toBe('ended');
  const results = [];
  for await (const each of await client.messages.batches.results(id)) results.push(each);
  return results;
}

it('has a batch in the ledger once, at its price and for whoever submitted it, whoever fetches the results (HandedBatches-2)', async () => {
  const desk = await GatewayDesk.open();
  const { address, journal, model } = desk;
  const { id } = await sdk(address, 'nightly-%C3%A4').messages.batches.create({ requests });
  const results = await resultsOf(sdk(address, 'somebody else'), id);
  const urls = [await sdk(address).messages.batches.retrieve(id), ...(await sdk(address).messages.batches.list()).data];
  expect(urls.map(({ results_url: url }) => url)).toEqual(
    Array(2).fill(`${address}/v1/messages/batches/${id}/results`),
  );
  await resultsOf(sdk(address), id);
  const usages = results.flatMap(({ result }) => (result.type === 'succeeded' ? [result.message.usage] : []));
  const sum = (name: 'input_tokens' | 'output_tokens') => usages.reduce((total, usage) => total + usage[name], 0);
  const [row, ...others] = await journal.spend('');
  expect(others).toEqual([]);
  const usage = { inputTokens: sum('input_tokens'), outputTokens: sum('output_tokens') };
  expect(row).toMatchObject({ run: 'nightly-ä', client: 'local', model: params.model, calls: 3, ...usage });
  const whole = { ...usage, cacheReadTokens: 0, cacheWriteTokens: 0 };
  expect(row!.costUsd).toBeCloseTo(costOf(whole, params.model, { batch: true })!, 9);
  expect(desk.metrics()).toMatch(/^fanfold_gateway_calls_total\{[^}]*\} 3$/m);
  // What was left by a gateway that is gone counts as well, and once.
  const next = await GatewayDesk.open({ journal, apiOf: async () => ({ apiKey: 'k', baseURL: model.url }) });
  await resultsOf(sdk(next.address), id);
  expect((await journal.spend('')).map(({ calls }) => calls)).toEqual([3]);
});

it('does not submit a batch that the day’s budget might not cover, and gives back what one has not used (HandedBatches-1)', async () => {
  const oneUsd = boundOf(params, false)! / 2;
  const { address, model } = await GatewayDesk.open({ budgetPerDayUsd: 5.5 * oneUsd });
  const client = sdk(address);
  const submit = (count: number) =>
    client.messages.batches.create({
      requests: Array.from({ length: count }, (_, at) => ({ custom_id: `q-${at}`, params })),
    });
  await expect(submit(6)).rejects.toMatchObject({ status: 402, type: 'billing_error' });
  const { id } = await submit(3);
  await expect(submit(3)).rejects.toMatchObject({ status: 402 });
  await resultsOf(client, id);
  await expect(submit(3)).resolves.toBeDefined();
  expect(model.total).toBe(0);
});
