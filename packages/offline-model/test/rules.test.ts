import { expect, it } from 'vitest';
import { readFaultScript } from '../src/index.js';
import type { CallMatch, FaultRule } from '../src/index.js';
import { asking, contract, reading, start, textOf } from './start.js';

const overloaded = { kind: 'overloaded' } as const;

async function statuses(script: FaultRule[], prompts: string[]): Promise<(number | null)[]> {
  const { client, model } = await start({ script });
  for (const prompt of prompts) await client.messages.create(asking(prompt)).catch(() => {});
  await model.idle();
  return model.calls.map(({ status }) => status);
}

it('strikes the calls that match and no others', async () => {
  expect(await statuses([{ match: /legal/, fault: overloaded }], ['a', 'legal', 'b', 'legal'])).toEqual([
    200, 529, 200, 529,
  ]);
});

it('strikes only as often as it is told, after as many as it is told', async () => {
  expect(await statuses([{ match: 'x', times: 2, fault: overloaded }], ['x', 'x', 'x'])).toEqual([529, 529, 200]);
  expect(await statuses([{ skip: 1, times: 1, fault: overloaded }], ['x', 'y', 'z'])).toEqual([200, 529, 200]);
});

it('lets a rule decide only where none before it did, but for `slow`', async () => {
  const script: FaultRule[] = [
    { fault: { kind: 'slow', ms: 1 } },
    { times: 1, fault: overloaded },
    { fault: { kind: 'status', status: 500 } },
    { fault: { kind: 'slow', ms: 60_000 } },
  ];
  expect(await statuses(script, ['x', 'y'])).toEqual([529, 500]);
});

it.each<[CallMatch, boolean]>([
  [/law/g, true],
  ['Denmark', false],
  [{ document: /Denmark/ }, true],
  [{ document: 'Denmark', prompt: 'price' }, false],
  [{ system: 'careful' }, true],
  [{ model: 'haiku' }, false],
  [{ body: '"max_tokens":1000' }, true],
  [(call) => call.request?.max_tokens === 1_000 && call.sequence === 1, true],
])('matches %o: %s', async (match, struck) => {
  const { client, model } = await start({ script: [{ match, fault: overloaded }] });
  await client.messages.create(reading(contract, 'Which law?', { system: 'Be careful.' })).catch(() => {});
  expect(model.calls[0]?.fault === 'overloaded').toBe(struck);
});

it('takes rules while it runs, asks the newest first, and lets them be removed', async () => {
  const { client, model } = await start({ script: [{ fault: { kind: 'answer', text: 'old' } }] });
  const [rule] = model.script({ fault: { kind: 'answer', text: 'new' } });
  expect(textOf(await client.messages.create(asking('Hi')))).toBe('new');
  expect(rule?.used).toBe(1);
  rule?.remove();
  expect(textOf(await client.messages.create(asking('Hi')))).toBe('old');
});

it('reads a script from JSON', async () => {
  const json: unknown = JSON.parse(
    '[{"match":"legal","times":1,"fault":{"kind":"rate-limit","retryAfter":1}},{"match":{"document":"x"},"fault":{"kind":"clean-end","after":"message_start"}}]',
  );
  expect(await statuses(readFaultScript(json), ['legal', 'legal'])).toEqual([429, 200]);
});

it.each([
  ['an object', {}],
  ['an unknown fault', [{ fault: { kind: 'earthquake' } }]],
  ['a misspelt field', [{ fault: { kind: 'slow', ms: 1 }, time: 1 }]],
  ['a broken pattern', [{ match: '(', fault: overloaded }]],
])('refuses %s as a script', (_what, json) => {
  expect(() => readFaultScript(json)).toThrow(
    expect.objectContaining({ code: 'BadScript', message: expect.stringMatching(/^Fault script, at/) }),
  );
});

it('spoils other endpoints when told to', async () => {
  const { client } = await start({
    script: [
      { on: 'batches', match: 'GET', times: 1, fault: overloaded },
      { on: 'models', fault: { kind: 'reset-before-headers' } },
    ],
  });
  await expect(client.messages.batches.retrieve('x')).rejects.toMatchObject({ status: 529 });
  await expect(client.messages.batches.retrieve('x')).rejects.toMatchObject({ status: 404 });
  await expect(client.models.list()).rejects.toThrow('Connection error.');
  expect((await client.messages.create(asking('Hi'))).type).toBe('message');
});

it('makes the order of completion an input', async () => {
  const order = ['c', 'a', 'b'];
  const { client } = await start({ latencyMs: ({ prompt }) => 150 * order.indexOf(prompt) });
  // Connections are open by then: what they take is none of the order.
  await client.messages.create(asking('c'));
  const done: string[] = [];
  await Promise.all(
    ['a', 'b', 'c'].map(async (prompt) => done.push((await client.messages.create(asking(prompt))) && prompt)),
  );
  expect(done).toEqual(order);
});

it('holds matching calls until they are released, one by one or for good', async () => {
  const { client, model } = await start();
  const gate = model.hold(/held/);
  const done: string[] = [];
  const calls = ['held 1', 'free', 'held 2', 'held 3'].map(async (prompt) => {
    await client.messages.create(asking(prompt));
    done.push(prompt);
  });
  await model.until(() => gate.waiting.length === 3 && done.includes('free'));
  expect(done).toEqual(['free']);
  const [first] = gate.waiting;
  gate.release(1);
  await model.until(() => done.length === 2 || model.open === 2);
  expect(gate.waiting).not.toContain(first);
  gate.release();
  await Promise.all(calls);
  await client.messages.create(asking('held no more'));
  expect(gate.waiting).toEqual([]);
});

it('lets go of a held call whose client has gone', async () => {
  const { client, model } = await start();
  const gate = model.hold();
  const hangUp = new AbortController();
  const call = client.messages.create(asking('Hi'), { signal: hangUp.signal });
  await model.until(() => gate.waiting.length === 1);
  hangUp.abort();
  await expect(call).rejects.toBeInstanceOf(Error);
  await model.idle();
  expect(gate.waiting).toEqual([]);
});
