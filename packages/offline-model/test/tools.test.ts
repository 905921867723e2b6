import type { MessageParam, Tool } from '@anthropic-ai/sdk/resources/messages';
import { expect, it } from 'vitest';
import { asking, start, textOf } from './start.js';

const weather: Tool = {
  name: 'get_weather',
  description: 'Current weather of a city',
  input_schema: {
    type: 'object',
    properties: {
      city: { type: 'string' },
      unit: { enum: ['celsius', 'kelvin'] },
      days: { type: 'integer', minimum: 1, maximum: 7 },
    },
    required: ['city', 'unit', 'days'],
  },
};
const exchangeRate: Tool = {
  name: 'exchange_rate',
  description: 'Rate between two currencies',
  input_schema: {
    type: 'object',
    properties: { from: { type: 'string' }, note: { type: 'string' } },
    required: ['from'],
  },
};
const readFile: Tool = {
  name: 'read_file',
  input_schema: { type: 'object', properties: { path: { type: 'string' } } },
};
const tools = [weather, exchangeRate, readFile];
const task = 'What is the weather in "Oslo" in kelvin for 3 days, and the exchange rate of the krone?';

it('calls the tools that match the task, several at once, with input that fits their schemas', async () => {
  const { client } = await start();
  const answer = await client.messages.create(asking(task, { tools }));
  expect(answer.stop_reason).toBe('tool_use');
  expect(answer.content).toMatchObject([
    { type: 'tool_use', name: 'exchange_rate', input: { from: 'Oslo' } },
    { type: 'tool_use', name: 'get_weather', input: { city: 'Oslo', unit: 'kelvin', days: 3 } },
  ]);
});

it('answers from the tool results once they are there', async () => {
  const { client } = await start();
  const first = await client.messages.create(asking(task, { tools }));
  const results = first.content.flatMap((block) =>
    block.type === 'tool_use'
      ? [{ type: 'tool_result', tool_use_id: block.id, content: `The ${block.name} says rain over Oslo.` } as const]
      : [],
  );
  const messages: MessageParam[] = [
    { role: 'user', content: task },
    { role: 'assistant', content: first.content },
    { role: 'user', content: results },
  ];
  const second = await client.messages.create(asking('', { tools, messages }));
  expect(second.stop_reason).toBe('end_turn');
  expect(textOf(second)).toContain('tool results closest to the question');
  expect(textOf(second)).toContain('"The get_weather says rain over Oslo."');
});

it('streams tool input as JSON', async () => {
  const { client } = await start();
  const streamed = await client.messages.stream(asking(task, { tools })).finalMessage();
  expect(streamed.content).toEqual((await client.messages.create(asking(task, { tools }))).content);
});

it.each([
  ['disable_parallel_tool_use', { type: 'auto', disable_parallel_tool_use: true }, ['exchange_rate']],
  ['none', { type: 'none' }, []],
] as const)('honours tool_choice: %s', async (_name, choice, called) => {
  const { client } = await start();
  const answer = await client.messages.create(asking(task, { tools, tool_choice: choice }));
  expect(answer.content.flatMap((block) => (block.type === 'tool_use' ? [block.name] : []))).toEqual(called);
});

it('calls the tool it is told to, on models that allow it', async () => {
  const { client } = await start();
  const forced = { tools, tool_choice: { type: 'tool', name: 'read_file' } } as const;
  const answer = await client.messages.create(
    asking('Show notes/todo.md please', { ...forced, model: 'claude-sonnet-4-6' }),
  );
  expect(answer.content).toMatchObject([{ name: 'read_file', input: { path: 'notes/todo.md' } }]);
  await expect(client.messages.create(asking('Show it', forced))).rejects.toMatchObject({ status: 400 });
});

it('calls no tool that has nothing to do with the task', async () => {
  const { client } = await start();
  expect((await client.messages.create(asking('Hello there', { tools }))).stop_reason).toBe('end_turn');
});

it.each([false, true])('plays a search of the web, counted in the usage, stream: %s', async (streamed) => {
  const { client } = await start();
  const search = {
    type: 'web_search_20250305' as const,
    name: 'web_search' as const,
    allowed_domains: ['example.com'],
  };
  const params = asking('What is the weather in "Oslo"?', { tools: [search] });
  const answer = streamed ? await client.messages.stream(params).finalMessage() : await client.messages.create(params);
  expect(answer.stop_reason).toBe('end_turn');
  expect(answer.usage.server_tool_use).toMatchObject({ web_search_requests: 1 });
  const [call, result, text] = answer.content;
  expect(call).toMatchObject({
    type: 'server_tool_use',
    name: 'web_search',
    input: { query: expect.stringContaining('oslo') },
  });
  expect(result).toMatchObject({ type: 'web_search_tool_result', content: [{ url: 'https://example.com/' }] });
  expect([(result as { tool_use_id: string }).tool_use_id, text?.type]).toEqual([(call as { id: string }).id, 'text']);
  // Sent back, they are taken.
  const messages = [
    ...params.messages,
    { role: 'assistant' as const, content: answer.content },
    { role: 'user' as const, content: 'And?' },
  ];
  expect((await client.messages.create({ ...params, messages })).type).toBe('message');
});
