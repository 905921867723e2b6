import { expect, it, describe } from 'vitest';

import { contract } from '../support/service-agreement.js';
import type { Fault } from '@fanfold/offline-model';
import { openDesk, outputOf } from './asking.js';

const outputSchema = {
  type: 'object',
  properties: { name: { type: 'string', minLength: 3 }, count: { type: 'integer', maximum: 9 } },
  required: ['name', 'count'],
  additionalProperties: false,
};

describe('an answer', () => {
  it('is ok when the model came to its end', async () => {
    const { model, ask } = await openDesk();
    const answer = await ask({ request: { document: { inline: contract } } }).answer;
    expect(answer).toMatchObject({ status: 'ok', model: 'claude-sonnet-5-5', reused: false, savedUsd: 0 });
    expect(answer.error).toBeUndefined();
    const [call] = model.calls;
    expect(answer.ledger).toMatchObject({
      attempts: 1,
      throttled: 0,
      usage: { inputTokens: call?.usage?.input_tokens, outputTokens: call?.usage?.output_tokens },
    });
    expect(answer.ledger.costUsd).toBeGreaterThan(0);
    expect(answer.ledger.modelMs).toBeGreaterThan(0);
  });

  it.each<[string, Fault, object]>([
    [
      'max_tokens',
      { kind: 'answer', text: 'Half a sen', stopReason: 'max_tokens' },
      { status: 'truncated', output: { inline: 'Half a sen' }, error: { type: 'Truncated' } },
    ],
    [
      'model_context_window_exceeded',
      { kind: 'stop-reason', stopReason: 'model_context_window_exceeded' },
      { status: 'truncated', error: { type: 'Truncated' } },
    ],
    [
      'refusal',
      { kind: 'refused', category: 'cyber', explanation: 'No exploits' },
      { status: 'refused', error: { type: 'Refused', message: 'The model refused (cyber: No exploits).' } },
    ],
    [
      'tool_use',
      { kind: 'stop-reason', stopReason: 'tool_use' },
      { status: 'invalid', error: { type: 'InvalidAnswer' } },
    ],
    [
      'pause_turn',
      { kind: 'stop-reason', stopReason: 'pause_turn' },
      { status: 'invalid', error: { type: 'InvalidAnswer' } },
    ],
    [
      'a reason of tomorrow',
      message({ stop_reason: '__proto__' }),
      { status: 'invalid', error: { type: 'InvalidAnswer' } },
    ],
    [
      'an empty text',
      { kind: 'answer', text: ' \n' },
      { status: 'invalid', error: { message: 'The answer is empty.' } },
    ],
    ['no text at all', message({ content: [] }), { status: 'invalid', error: { message: 'The answer is empty.' } }],
    ['a stop sequence', { kind: 'stop-reason', stopReason: 'stop_sequence' }, { status: 'ok' }],
  ])('that ended with %s is what it is, and was paid for once', async (_, fault, expected) => {
    const { model, ask } = await openDesk({ script: [{ fault }] });
    const answer = await ask().answer;
    expect(answer).toMatchObject(expected);
    expect(answer.ledger.attempts).toBe(1);
    expect(model.total).toBe(1);
  });

  it.each<[string, Fault]>([
    ['stop reason', message({ stop_reason: null })],
    ['content', message({ content: undefined })],
    ['usage', message({ usage: undefined })],
    ['text in a text block', message({ content: [{ type: 'text' }] })],
  ])('without %s is malformed, and tried again', async (_, fault) => {
    const { ask } = await openDesk({ script: [{ fault }] });
    await expect(ask().answer).rejects.toMatchObject({ type: 'MalformedAnswer', nonRetryable: false });
  });

  it('joins the texts and leaves other blocks out', async () => {
    const content = [{ type: 'thinking', thinking: 'Hm', signature: '' }, text('One '), text('two')];
    const { ask } = await openDesk({ script: [{ fault: message({ content }) }] });
    expect(await outputOf(ask())).toBe('One two');
  });

  it('keeps every character', async () => {
    const strange = 'NUL \u0000, BOM \uFEFF, 👩‍👩‍👧, \u2028, __proto__';
    const { model, ask } = await openDesk({ script: [{ fault: { kind: 'answer', text: strange } }] });
    const gate = model.hold();
    const asking = ask({ request: { prompt: strange, document: { inline: `${strange}.` } } });
    const [call] = await model.received(1);
    expect(JSON.stringify(call?.request?.messages)).toContain(JSON.stringify(strange));
    gate.release();
    expect(await outputOf(asking)).toBe(strange);
  });
});

describe('an answer that is to fit a schema', () => {
  it('is parsed', async () => {
    const { model, ask } = await openDesk({
      script: [{ fault: { kind: 'answer-json', value: { name: 'abc', count: 9 } } }],
    });
    expect(await outputOf(ask({ request: { outputSchema } }))).toEqual({ name: 'abc', count: 9 });
    expect(model.calls[0]?.request?.output_config?.format).toEqual({
      type: 'json_schema',
      schema: {
        type: 'object',
        properties: {
          name: { type: 'string', description: '{minLength: 3}' },
          count: { type: 'integer', description: '{maximum: 9}' },
        },
        required: ['name', 'count'],
        additionalProperties: false,
      },
    });
  });

  it('comes of the offline model as the schema wants it', async () => {
    const { ask } = await openDesk();
    const loose = { ...outputSchema, properties: { name: { type: 'string' }, count: { type: 'integer' } } };
    expect(await outputOf(ask({ request: { outputSchema: loose } }))).toEqual({
      name: expect.any(String),
      count: expect.any(Number),
    });
  });

  it.each([
    [{ name: 'abc' }, "at the top: it must have required property 'count'"],
    [{ name: 'ab', count: 1 }, 'at /name: it must NOT have fewer than 3 characters'],
    [{ name: 'abc', count: 10 }, 'at /count: it must be <= 9'],
    [{ name: 'abc', count: 1, more: 1 }, 'at the top: it must NOT have additional properties ("more")'],
  ])('is invalid as %j, and says where it does not fit', async (value, where) => {
    const { ask } = await openDesk({ script: [{ fault: { kind: 'answer-json', value } }] });
    const answer = await ask({ request: { outputSchema } }).answer;
    expect(answer).toMatchObject({ status: 'invalid', output: { inline: value } });
    expect(answer.error).toEqual({ type: 'InvalidAnswer', message: `The answer does not fit the schema, ${where}.` });
  });

  it('is invalid when it is no JSON', async () => {
    const { ask } = await openDesk({ script: [{ fault: { kind: 'answer', text: 'Sure! {"name"' } }] });
    const answer = await ask({ request: { outputSchema } }).answer;
    expect(answer).toMatchObject({ status: 'invalid', output: { inline: 'Sure! {"name"' } });
    expect(answer.error?.message).toMatch(/^The answer is not JSON: /);
  });

  it('is truncated, not ok, when what was cut off happens to be JSON', async () => {
    const fault = { kind: 'answer', text: '{"name":"abc","count":1}', stopReason: 'max_tokens' } as const;
    const { ask } = await openDesk({ script: [{ fault }] });
    expect(await ask({ request: { outputSchema } }).answer).toMatchObject({ status: 'truncated' });
  });
});

function text(words: string): object {
  return { type: 'text', text: words, citations: null };
}

/** A message of the API with some of its fields other than they should be. */
function message(fields: object): Fault {
  const whole = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-5-5',
    content: [text('Hello')],
    stop_reason: 'end_turn',
    usage: { input_tokens: 5, output_tokens: 2 },
  };
  return { kind: 'body', body: JSON.stringify({ ...whole, ...fields }) };
}
