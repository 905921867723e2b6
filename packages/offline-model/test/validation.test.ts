import { expect, it } from 'vitest';
import type { OfflineModel } from '../src/index.js';
import { asking, post, start } from './start.js';

const turn = { role: 'user', content: 'Hi' };
const base = { model: 'claude-sonnet-5-5', max_tokens: 10, messages: [turn] };
const blocks = (...content: unknown[]) => ({ ...base, messages: [{ role: 'user', content }] });
const cached = { type: 'text', text: 'x', cache_control: { type: 'ephemeral' } };
const tool = { name: 'get', input_schema: { type: 'object' } };
const use = { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'get', input: {} }] };
const result = (id: string) => ({ role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'x' }] });
const format = (schema: unknown) => ({ ...base, output_config: { format: { type: 'json_schema', schema } } });
const closed = (properties: Record<string, unknown>, more = {}) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  ...more,
});
const many = (count: number, schema: unknown) =>
  closed(Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, schema])));

async function refusal(model: OfflineModel, body: unknown): Promise<string> {
  const response = await post(model, '/v1/messages', body);
  const { error } = (await response.json()) as { error?: { type: string; message: string } };
  return `${response.status} ${error?.type}: ${error?.message}`;
}

it.each<[string, unknown, RegExp]>([
  ['no JSON', '{', /not valid JSON/],
  ['a list', [], /must be a JSON object/],
  ['no model', { ...base, model: undefined }, /model: Field required/],
  ['no max_tokens', { ...base, max_tokens: undefined }, /max_tokens: Field required/],
  ['max_tokens below 0', { ...base, max_tokens: -1 }, /max_tokens/],
  ['a fraction of a token', { ...base, max_tokens: 1.5 }, /max_tokens/],
  ['more output than the model has', { ...base, max_tokens: 1_000_000 }, /max_tokens: 1000000 > 128000/],
  ['no messages', { ...base, messages: undefined }, /messages: Field required/],
  ['empty messages', { ...base, messages: [] }, /at least one message/],
  ['temperature', { ...base, temperature: 1 }, /temperature: Extra inputs/],
  ['top_p', { ...base, top_p: 1 }, /top_p: Extra inputs/],
  ['top_k', { ...base, top_k: 1 }, /top_k: Extra inputs/],
  ['a __proto__ field', `{"__proto__":1,${JSON.stringify(base).slice(1)}`, /__proto__: Extra inputs/],
  [
    'the assistant first',
    { ...base, messages: [{ role: 'assistant', content: 'x' }] },
    /first message must use the "user" role/,
  ],
  ['an unknown role', { ...base, messages: [turn, { role: 'tool', content: 'x' }] }, /messages\.1\.role/],
  ['blank text', blocks({ type: 'text', text: ' \n' }), /non-whitespace/],
  ['blank content', { ...base, messages: [{ role: 'user', content: '' }] }, /non-whitespace/],
  ['no blocks', blocks(), /must not be empty/],
  [
    'an empty document',
    blocks({ type: 'document', source: { type: 'text', media_type: 'text/plain', data: '' } }),
    /document text/,
  ],
  ['a blank stop sequence', { ...base, stop_sequences: [' '] }, /stop_sequences/],
  ['five cache breakpoints', blocks(cached, cached, cached, cached, cached), /maximum of 4 blocks with cache_control/],
  ['an unknown cache time', blocks({ ...cached, cache_control: { type: 'ephemeral', ttl: '2h' } }), /ttl/],
  [
    'an hour after five minutes',
    blocks(cached, { ...cached, cache_control: { type: 'ephemeral', ttl: '1h' } }),
    /must not come after/,
  ],
  ['a forced tool on a 5.5 model', { ...base, tools: [tool], tool_choice: { type: 'any' } }, /"any" is not supported/],
  [
    'a named tool on a 5.5 model',
    { ...base, tools: [tool], tool_choice: { type: 'tool', name: 'get' } },
    /"tool" is not supported/,
  ],
  [
    'an unknown tool',
    { ...base, model: 'claude-sonnet-4-6', tools: [tool], tool_choice: { type: 'tool', name: 'x' } },
    /not found/,
  ],
  ['a choice without tools', { ...base, tool_choice: { type: 'auto' } }, /while providing tools/],
  ['two tools of one name', { ...base, tools: [tool, tool] }, /unique/],
  ['a tool without schema', { ...base, tools: [{ name: 'get' }] }, /input_schema/],
  ['a tool call without result', { ...base, messages: [turn, use, turn] }, /without `tool_result` blocks/],
  ['the result of another call', { ...base, messages: [turn, use, result('t2')] }, /unexpected `tool_use_id`/],
  ['a result out of nowhere', { ...base, messages: [turn, result('t1')] }, /unexpected `tool_use_id`/],
  ['an open object', format({ type: 'object', properties: {} }), /additionalProperties/],
  ['a bound', format(closed({ n: { type: 'integer', minimum: 1 } })), /'minimum' is not supported/],
  ['a pattern', format(closed({ s: { type: 'string', pattern: 'x' } })), /'pattern' is not supported/],
  ['two items at least', format(closed({ l: { type: 'array', items: { type: 'null' }, minItems: 2 } })), /minItems/],
  ['an unknown format', format(closed({ s: { type: 'string', format: 'colour' } })), /format/],
  ['a recursive schema', format(closed({ next: { $ref: '#' } })), /recursive/],
  ['a required property that is none', format(closed({}, { required: ['x'] })), /not a property/],
  ['25 optional parameters', format(many(25, { type: 'string' })), /at most 24/],
  ['17 unions', format(many(17, { anyOf: [{ type: 'string' }] })), /at most 16/],
  ['a warm-up in a stream', { ...base, max_tokens: 0, stream: true }, /warms the cache/],
  [
    'a prompt too long',
    blocks({ type: 'text', text: 'word '.repeat(1_100_000) }),
    /prompt is too long: \d+ tokens > 1000000 maximum/,
  ],
])('refuses %s', async (_what, body, message) => {
  const { model } = await start();
  const seen = await refusal(model, body);
  expect(seen).toMatch(/^400 invalid_request_error: /);
  expect(seen).toMatch(message);
  await model.idle();
  expect(model.calls[0]).toMatchObject({ status: 400, usage: null });
});

it('knows no model whose id does not begin with claude-', async () => {
  const { client } = await start();
  await expect(client.messages.create(asking('Hi', { model: 'gpt-4' }))).rejects.toMatchObject({
    status: 404,
    type: 'not_found_error',
  });
  expect((await client.messages.create(asking('Hi', { model: 'claude-tomorrow-7' }))).model).toBe('claude-tomorrow-7');
});

it('refuses a body of more than 32 MB with 413', async () => {
  const { model } = await start();
  expect(await refusal(model, blocks({ type: 'text', text: 'x'.repeat(33_600_000) }))).toMatch(
    /^413 request_too_large/,
  );
});

it('wants a key and the version', async () => {
  const { model } = await start({ apiKey: 'right' });
  const status = async (headers: Record<string, string>) => (await post(model, '/v1/messages', base, headers)).status;
  expect(await status({ authorization: 'Bearer right' })).toBe(200);
  expect(await status({ authorization: '', 'x-api-key': 'right' })).toBe(200);
  expect(await status({ authorization: '' })).toBe(401);
  expect(await status({ authorization: 'Bearer wrong' })).toBe(401);
  expect(await status({ authorization: 'Bearer right', 'anthropic-version': '2023-06-01' })).toBe(200);
  expect(await status({ authorization: 'Bearer right', 'anthropic-version': '2021-01-01' })).toBe(400);
  await model.idle();
  expect(model.calls.map(({ status: sent }) => sent)).toEqual([200, 200, 401, 401, 200, 400]);
});

it('takes system turns inside the conversation', async () => {
  const { client } = await start();
  const messages = [
    { role: 'user', content: 'Hi' },
    { role: 'system', content: 'Be brief.' },
  ] as const;
  expect((await client.messages.create(asking('', { messages: [...messages] }))).type).toBe('message');
});
