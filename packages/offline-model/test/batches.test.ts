import type Anthropic from '@anthropic-ai/sdk';
import type { MessageBatchIndividualResponse } from '@anthropic-ai/sdk/resources/messages/batches';
import { expect, it } from 'vitest';
import { Batch } from '../src/batches/batch.js';
import { asking, contract, reading, start, textOf } from './start.js';

const requests = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    custom_id: `r${index}`,
    params: reading(contract, `liability ${index}`),
  }));

async function resultsOf(
  client: Anthropic,
  id: string,
): Promise<Map<string, MessageBatchIndividualResponse['result']>> {
  const results = new Map<string, MessageBatchIndividualResponse['result']>();
  for await (const { custom_id: customId, result } of await client.messages.batches.results(id))
    results.set(customId, result);
  return results;
}

it('gives every request its own result, out of order', async () => {
  const { client } = await start({
    batchMs: 0,
    script: [
      { match: '4$', fault: { kind: 'expired' } },
      { match: '5$', fault: { kind: 'overloaded' } },
      { match: '6$', fault: { kind: 'truncated' } },
    ],
  });
  const wrong = { custom_id: 'wrong', params: { ...asking('Hi'), model: 'gpt-4' } };
  const batch = await client.messages.batches.create({ requests: [...requests(8), wrong] });
  const ended = await client.messages.batches.retrieve(batch.id);
  expect(ended.processing_status).toBe('ended');
  expect(ended.request_counts).toEqual({ processing: 0, succeeded: 6, errored: 2, canceled: 0, expired: 1 });
  const results = await resultsOf(client, batch.id);
  expect([...results.keys()]).not.toEqual([...results.keys()].toSorted());
  expect(results.size).toBe(9);
  expect(results.get('r0')).toMatchObject({
    type: 'succeeded',
    message: { usage: { service_tier: 'batch' }, stop_reason: 'end_turn' },
  });
  expect(results.get('r4')).toEqual({ type: 'expired' });
  expect(results.get('r5')).toMatchObject({
    type: 'errored',
    error: { type: 'error', error: { type: 'overloaded_error' } },
  });
  expect(results.get('r6')).toMatchObject({ type: 'succeeded', message: { stop_reason: 'max_tokens' } });
  expect(results.get('wrong')).toMatchObject({ type: 'errored', error: { error: { type: 'not_found_error' } } });
});

it('says the same as the Messages API would', async () => {
  const { client } = await start({ batchMs: 0 });
  const [request] = requests(1);
  const batch = await client.messages.batches.create({ requests: [request!] });
  const result = (await resultsOf(client, batch.id)).get('r0');
  const direct = await client.messages.create(request!.params);
  expect(result?.type === 'succeeded' && textOf(result.message)).toBe(textOf(direct));
});

it('has no results while it is being processed, and cannot be deleted then', async () => {
  const { client } = await start({ batchMs: 60_000 });
  const batch = await client.messages.batches.create({ requests: requests(2) });
  expect(batch).toMatchObject({
    processing_status: 'in_progress',
    results_url: null,
    ended_at: null,
    request_counts: { processing: 2, succeeded: 0 },
  });
  await expect(client.messages.batches.delete(batch.id)).rejects.toMatchObject({ status: 400 });
  expect((await client.messages.batches.cancel(batch.id)).processing_status).toBe('canceling');
});

it('keeps what was processed before it was cancelled', () => {
  let now = 0;
  const settle = (_request: unknown, cancelled: boolean) => ({
    type: cancelled ? ('canceled' as const) : ('succeeded' as const),
    result: () => ({ type: 'canceled' as const }),
  });
  const batch = new Batch('b', requests(10), 1_000, settle, () => now);
  now = 350;
  batch.cancel();
  expect(batch.describe('x').processing_status).toBe('canceling');
  now = 450;
  expect(batch.describe('x')).toMatchObject({
    processing_status: 'ended',
    request_counts: { succeeded: 3, canceled: 7, processing: 0 },
  });
});

it('can be listed in pages, the newest first, and deleted', async () => {
  const { client, model } = await start({ batchMs: 0 });
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1)
    ids.unshift((await client.messages.batches.create({ requests: requests(1) })).id);
  const listed: string[] = [];
  for await (const { id } of client.messages.batches.list({ limit: 2 })) listed.push(id);
  expect(listed).toEqual(ids);
  const before = await client.messages.batches.list({ limit: 2, before_id: ids[3]! });
  expect(before.data.map(({ id }) => id)).toEqual([ids[1], ids[2]]);
  await client.messages.batches.delete(ids[0]!);
  await expect(client.messages.batches.retrieve(ids[0]!)).rejects.toMatchObject({ status: 404 });
  expect(model.batches.map(({ id }) => id)).toEqual(ids.slice(1));
});

it.each([
  ['no requests', []],
  ['a bad custom_id', [{ custom_id: 'a b', params: asking('Hi') }]],
  ['a custom_id twice', [requests(1)[0]!, requests(1)[0]!]],
])('refuses %s', async (_what, list) => {
  const { client } = await start();
  await expect(client.messages.batches.create({ requests: list })).rejects.toMatchObject({ status: 400 });
});

it('takes no warm-ups', async () => {
  const { client } = await start({ batchMs: 0 });
  const batch = await client.messages.batches.create({
    requests: [{ custom_id: 'w', params: asking('Hi', { max_tokens: 0 }) }],
  });
  expect((await resultsOf(client, batch.id)).get('w')).toMatchObject({ type: 'errored' });
});
