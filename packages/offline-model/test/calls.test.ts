import { createConnection } from 'node:net';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { startOfflineModel } from '../src/index.js';
import { naturalLatency } from '../src/options.js';
import { asking, contract, post, reading, start } from './start.js';

it('records what was asked and what came of it', async () => {
  const { client, model } = await start();
  const answer = await client.messages.create(reading(contract, 'law', { system: 'Be careful.' }));
  await model.idle();
  expect(model.calls).toHaveLength(1);
  expect(model.calls[0]).toMatchObject({
    sequence: 1,
    status: 200,
    aborted: false,
    answered: true,
    model: 'claude-sonnet-5-5',
    streaming: false,
    prompt: 'law',
    document: contract.slice(0, 200),
    fault: null,
    usage: answer.usage,
    stopReason: 'end_turn',
    request: { system: 'Be careful.' },
  });
  const { arrivedAt, finishedAt } = model.calls[0]!;
  expect(finishedAt).toBeGreaterThanOrEqual(arrivedAt);
});

it('tells of calls as they arrive and end', async () => {
  const moments: string[] = [];
  const { client, model } = await start({ onCall: ({ prompt }, moment) => moments.push(`${prompt} ${moment}`) });
  await client.messages.create(asking('Hi'));
  await model.idle();
  expect(moments).toEqual(['Hi arrived', 'Hi finished']);
});

it('counts calls in flight and the most at once', async () => {
  const { client, model } = await start();
  const gate = model.hold();
  const calls = ['a', 'b', 'c'].map((prompt) => client.messages.create(asking(prompt)));
  await model.received(3);
  expect([model.open, model.peak]).toEqual([3, 3]);
  gate.release();
  await Promise.all(calls);
  await model.idle();
  expect([model.open, model.peak, model.total]).toEqual([0, 3, 3]);
});

it('counts calls by what they ask', async () => {
  const { client, model } = await start();
  for (const prompt of ['a', 'b', 'a']) await client.messages.create(asking(prompt));
  expect([...model.countBy(({ prompt }) => prompt)]).toEqual([
    ['a', 2],
    ['b', 1],
  ]);
  expect(new Set(model.calls.map(({ digest }) => digest)).size).toBe(2);
  expect(model.count(/a/)).toBe(2);
});

it('waits for calls that match, and says what it has seen when they do not come', async () => {
  const { client, model } = await start();
  const waiting = model.received(2, 'legal');
  for (const prompt of ['legal 1', 'other', 'legal 2']) await client.messages.create(asking(prompt));
  expect((await waiting).map(({ prompt }) => prompt)).toEqual(['legal 1', 'legal 2']);
  await expect(model.received(9, 'legal', { timeoutMs: 20 })).rejects.toThrow(
    'still waiting after 20 ms: 2 of 9 calls arrived',
  );
  await expect(model.until(() => false, { timeoutMs: 20 })).rejects.toThrow('3 calls arrived');
});

it.each([false, true])('notices that the client hangs up, streaming %s', async (streaming) => {
  const { client, model } = await start({ latencyMs: 60_000 });
  const hangUp = new AbortController();
  const call = Promise.resolve(
    client.messages.create({ ...asking('Hi'), stream: streaming }, { signal: hangUp.signal }),
  ).catch(() => 'over');
  await model.received(1);
  hangUp.abort();
  expect(await call).toBe('over');
  await model.idle();
  expect(model.calls[0]).toMatchObject({ aborted: true, answered: false });
});

it('notices a client that goes before it has sent the whole body', async () => {
  const { model, client } = await start();
  const socket = createConnection(Number(new URL(model.url).port), '127.0.0.1');
  socket.write('POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
  await once(socket, 'connect');
  socket.destroy();
  await client.messages.create(asking('Hi'));
  expect(model.open).toBe(0);
});

it('stops at once in spite of calls that hang in every way', async () => {
  const model = await startOfflineModel({
    latencyMs: 60_000,
    script: [
      { match: 'a', fault: { kind: 'hang-before-headers' } },
      { match: 'b', fault: { kind: 'hang-in-body' } },
      { match: 'c', fault: { kind: 'slow-pings', everyMs: 5 } },
    ],
  });
  model.hold(/d/);
  const calls = ['a', 'b', 'c', 'd', 'e'].map((prompt) =>
    post(model, '/v1/messages', { ...asking(prompt), stream: prompt === 'c' })
      .then((response) => response.text())
      .catch(() => 'cut'),
  );
  await model.received(5);
  await model.stop();
  expect(await Promise.all(calls)).toEqual(['cut', 'cut', 'cut', 'cut', 'cut']);
  expect(model.open).toBe(0);
  expect(model.calls.some(({ aborted }) => aborted)).toBe(false);
  await model.stop();
});

it('keeps little of calls that have ended', async () => {
  const { client, model } = await start({ retain: { requests: 2, requestBytes: 5_000, calls: 150 } });
  await client.messages.create(asking(`${'long '.repeat(2_000)}`));
  for (const prompt of ['a', 'b', 'c']) await client.messages.create(asking(prompt));
  await model.idle();
  expect(model.calls.map(({ request }) => request !== null)).toEqual([false, false, true, true]);
  expect(model.calls[0]?.prompt).toHaveLength(500);
  await Promise.all(Array.from({ length: 260 }, () => client.messages.create(asking('x'))));
  expect(model.total).toBe(264);
  expect(model.calls.length).toBeLessThanOrEqual(250);
  expect(model.calls.at(-1)?.sequence).toBe(264);
});

it('refuses a port that is taken, saying so', async () => {
  const { model } = await start();
  await expect(startOfflineModel({ port: Number(new URL(model.url).port) })).rejects.toMatchObject({
    name: 'OfflineModelError',
    code: 'PortTaken',
    advice: 'Choose another port, or 0 for a free one.',
  });
});

it('takes longer for longer answers unless told otherwise', async () => {
  const { client, model } = await start();
  await client.messages.create(reading(contract, 'liability and law'));
  await client.messages.create(reading(contract, 'backups'));
  const [long, short] = model.calls.map(naturalLatency);
  expect(long).toBeGreaterThan(short!);
});

it('answers the endpoints for tokens and models', async () => {
  const { client } = await start();
  expect(
    await client.messages.countTokens({ model: 'claude-sonnet-5-5', messages: [{ role: 'user', content: contract }] }),
  ).toEqual({ input_tokens: expect.any(Number) });
  expect((await client.models.list()).data.map(({ id }) => id)).toContain('claude-sonnet-5-5');
  expect(await client.models.retrieve('claude-haiku-4-5-20251001')).toMatchObject({
    id: 'claude-haiku-4-5-20251001',
    line: 'haiku',
    max_input_tokens: 200_000,
  });
  await expect(client.models.retrieve('gpt-4')).rejects.toMatchObject({ status: 404 });
});

it('does not know other paths and methods', async () => {
  const { model } = await start();
  expect((await post(model, '/v1/complete', {})).status).toBe(404);
  expect(
    (
      await fetch(`${model.url}/v1/messages`, {
        headers: { authorization: 'Bearer x', 'anthropic-version': '2026-10-21' },
      })
    ).status,
  ).toBe(405);
});
