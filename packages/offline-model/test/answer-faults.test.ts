import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import type { Message, Tool } from '@anthropic-ai/sdk/resources/messages';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { Fault } from '../src/index.js';
import { asking, contract, reading, start, textOf } from './start.js';

async function answer(fault: Fault, more: Parameters<typeof reading>[2] = {}): Promise<Message> {
  const { client } = await start({ script: [{ fault }] });
  return client.messages.create(reading(contract, 'liability and law', more));
}

it('is truncated with status 200 and partial text', async () => {
  const whole = textOf(await answer({ kind: 'slow', ms: 0 }));
  const half = await answer({ kind: 'truncated' });
  expect(half.stop_reason).toBe('max_tokens');
  expect(whole.startsWith(textOf(half))).toBe(true);
  expect(textOf(half).length).toBeGreaterThan(0);
  expect((await answer({ kind: 'truncated', tokens: 7 })).usage.output_tokens).toBeLessThanOrEqual(7);
});

it('is refused', async () => {
  expect(await answer({ kind: 'refused', category: 'bio' })).toMatchObject({
    stop_reason: 'refusal',
    content: [],
    stop_details: { type: 'refusal', category: 'bio' },
  });
});

it.each(['pause_turn', 'model_context_window_exceeded', 'stop_sequence', 'end_turn'] as const)(
  'stops with %s',
  async (stopReason) => {
    expect((await answer({ kind: 'stop-reason', stopReason })).stop_reason).toBe(stopReason);
  },
);

it('says what it is told to say, longer than max_tokens if need be', async () => {
  expect(textOf(await answer({ kind: 'answer', text: 'Paris, in France.' }, { max_tokens: 1 }))).toBe(
    'Paris, in France.',
  );
  expect(JSON.parse(textOf(await answer({ kind: 'answer-json', value: { a: [1, null] } })))).toEqual({ a: [1, null] });
});

it('sends 3 MB, at once and streamed', async () => {
  expect(textOf(await answer({ kind: 'answer-bytes', bytes: 3_000_000 }))).toHaveLength(3_000_000);
  const { client } = await start({ script: [{ fault: { kind: 'answer-bytes', bytes: 3_000_000 } }] });
  expect(textOf(await client.messages.stream(asking('Hi')).finalMessage())).toHaveLength(3_000_000);
});

it('answers JSON that does not fit the schema', async () => {
  const format = zodOutputFormat(z.object({ answer: z.string() }));
  const text = textOf(await answer({ kind: 'schema-misfit' }, { output_config: { format } }));
  expect(JSON.parse(text)).toBeTypeOf('object');
  expect(() => format.parse(text)).toThrow();
});

const search: Tool = {
  name: 'search',
  description: 'Finds law and liability',
  input_schema: {
    type: 'object',
    properties: { query: { type: 'string' }, limit: { type: 'integer' } },
    required: ['query', 'limit'],
  },
};

it('cuts the input of a tool, plausible at once and broken in the stream', async () => {
  const cut = await answer({ kind: 'cut-tool-input' }, { tools: [search] });
  expect(cut).toMatchObject({ stop_reason: 'max_tokens', content: [{ type: 'tool_use', name: 'search' }] });
  expect(cut.content[0]).not.toHaveProperty('input.limit');
  const { client } = await start({ script: [{ fault: { kind: 'cut-tool-input' } }] });
  let json = '';
  for await (const event of await client.messages.create({
    ...reading(contract, 'law', { tools: [search] }),
    stream: true,
  })) {
    if (event.type === 'content_block_delta' && event.delta.type === 'input_json_delta')
      json += event.delta.partial_json;
  }
  expect(json).not.toBe('');
  expect(() => JSON.parse(json)).toThrow(SyntaxError);
});

it('calls the tools it is told to call', async () => {
  const calls = [
    { name: 'search', input: { query: 'x', limit: 'many' } },
    { name: 'unknown', input: {} },
  ];
  expect((await answer({ kind: 'tool-calls', calls }, { tools: [search] })).content).toMatchObject(calls);
});

it.each<[Fault, RegExp | string]>([
  [{ kind: 'malformed-json' }, /SyntaxError/],
  [{ kind: 'empty-object' }, '{}'],
  [{ kind: 'html' }, /"<!DOCTYPE html>/],
  [{ kind: 'body', body: 'null' }, 'null'],
])('%o comes with status 200', async (fault, seen) => {
  const { client, model } = await start({ script: [{ fault }] });
  const result: unknown = await client.messages.create(asking('Hi')).catch(String);
  const shown = typeof result === 'string' && result.startsWith('Syntax') ? result : JSON.stringify(result);
  if (typeof seen === 'string') expect(shown).toBe(seen);
  else expect(shown).toMatch(seen);
  await model.idle();
  expect(model.calls[0]).toMatchObject({ status: 200, answered: false, usage: null });
});
