import { describe, expect, it } from 'vitest';

import type { Fault } from '@fanfold/offline-model';
import type { Turn } from '../../src/contract/model-request.js';
import { openDesk, outputOf } from './asking.js';

const tools = [{ name: 'look', description: 'Looks something up.', inputSchema: { type: 'object', properties: {} } }];
const use = (id: string, input: unknown = {}) => ({ type: 'tool_use', id, name: 'look', input });
const say = (text: string) => ({ type: 'text', text });
const turn = (content: readonly unknown[], ...ids: string[]): Turn => ({
  content: { inline: content },
  results: ids.map((id) => ({ id, output: { inline: `Result of ${id}.` }, failed: false })),
});
const looked = [turn([use('one')], 'one')];

function message(content: readonly unknown[], stopReason: string): Fault {
  const usage = { input_tokens: 10, output_tokens: 5 };
  const body = { type: 'message', id: 'msg_1', role: 'assistant', model: 'claude-sonnet-5-5', content, usage };
  return { kind: 'body', body: JSON.stringify({ ...body, stop_reason: stopReason }) };
}

describe('a turn of a real model', () => {
  it.each(['end_turn', 'stop_sequence', 'pause_turn', 'tool_use'])(
    'that calls a tool is that, with %s',
    async (reason) => {
      const fault = message([say('I will look it up.'), use('one')], reason);
      const { ask } = await openDesk({ script: [{ fault }] });
      const answer = await ask({ request: { tools } }).answer;
      expect(answer.turn?.calls).toEqual([{ id: 'one', name: 'look', input: { inline: {} } }]);
    },
  );

  it.each([
    ['no input', undefined, {}],
    ['null', null, {}],
    ['JSON as text', '{"a":1}', { a: 1 }],
  ])('may bring %s to its tool', async (_, input, given) => {
    const { ask } = await openDesk({ script: [{ fault: message([{ ...use('one'), input }], 'tool_use') }] });
    const answer = await ask({ request: { tools } }).answer;
    expect(answer.turn?.calls[0]?.input).toEqual({ inline: given });
  });

  it('without a word after the results of tools is asked for once more, and both are paid for', async () => {
    const script = [{ fault: message([], 'end_turn'), times: 1 }, { fault: message([say('It is noon.')], 'end_turn') }];
    const { model, ask } = await openDesk({ script });
    const asking = ask({ request: { tools, turns: looked } });
    expect(await outputOf(asking)).toBe('It is noon.');
    expect(model.total).toBe(2);
    expect((await asking.answer).ledger.usage).toMatchObject({ inputTokens: 20, outputTokens: 10 });
    const last = model.calls[1]?.request?.messages.at(-1);
    expect(last).toMatchObject({ role: 'user', content: [{ type: 'tool_result' }, { type: 'text' }] });
  });

  it('is asked for once more only', async () => {
    const { model, ask } = await openDesk({ script: [{ fault: message([], 'end_turn') }] });
    expect(await ask({ request: { tools, turns: looked } }).answer).toMatchObject({ status: 'invalid' });
    expect(model.total).toBe(2);
  });

  it('that pauses goes on from where it was', async () => {
    const script = [
      { fault: message([say('The first half, ')], 'pause_turn'), times: 1 },
      { fault: message([say('and the second.')], 'end_turn') },
    ];
    const { model, ask } = await openDesk({ script });
    expect(await outputOf(ask({ request: { tools } }))).toBe('The first half, and the second.');
    expect(model.calls[1]?.request?.messages.at(-1)).toMatchObject({ role: 'assistant' });
  });

  it('in which it must answer is its words, whatever else it holds', async () => {
    const fault = message([say('It is noon.'), use('one')], 'end_turn');
    const { ask } = await openDesk({ script: [{ fault }] });
    const answer = await ask({ request: { tools, turns: looked, lastTurn: true } }).answer;
    expect(answer).toMatchObject({ status: 'ok', output: { inline: 'It is noon.' } });
    expect(answer.turn).toBeUndefined();
  });
});

describe('a turn that is sent back', () => {
  it('has calls whose ids stand once, in the order of their results', async () => {
    const turns = [turn([use('a'), use('a')], 'a', 'a'), turn([say(''), use('a'), use('b.c:1')], 'a', 'b.c:1')];
    const { model, ask } = await openDesk();
    await ask({ request: { tools, turns } }).answer;
    const blocks = model.calls[0]!.request!.messages.flatMap(({ content }) => content as { type: string }[]);
    expect(blocks).toMatchObject([
      { type: 'text' },
      ...['a', 'a_2'].map((id) => ({ type: 'tool_use', id })),
      ...['a', 'a_2'].map((id) => ({ type: 'tool_result', tool_use_id: id, content: 'Result of a.' })),
      ...['a_3', 'b_c_1'].map((id) => ({ type: 'tool_use', id })),
      { type: 'tool_result', tool_use_id: 'a_3', content: 'Result of a.' },
      { type: 'tool_result', tool_use_id: 'b_c_1', content: 'Result of b.c:1.' },
    ]);
  });

  it('keeps thinking as it came, and loses blocks without words', async () => {
    const thinking = { type: 'thinking', thinking: 'Hm. ', signature: 'made-up-signature' };
    const { model, ask } = await openDesk();
    await ask({ request: { tools, turns: [turn([thinking, say(' \n'), use('one')], 'one')] } }).answer;
    expect(model.calls[0]?.request?.messages[1]?.content).toEqual([thinking, use('one')]);
  });

  it('has a result for a call that returned nothing, or blanks', async () => {
    const silent = (text: string): Turn => ({
      ...looked[0]!,
      results: [{ id: 'one', output: { inline: text }, failed: false }],
    });
    for (const text of ['', ' \n']) {
      const { model, ask } = await openDesk();
      await ask({ request: { tools, turns: [silent(text)] } }).answer;
      expect(model.calls[0]?.request?.messages.at(-1)).toMatchObject({ content: [{ content: '(nothing)' }] });
    }
  });

  it('has whole characters only, wherever halves come from', async () => {
    const half = 'x\uD83D';
    const turns: Turn[] = [
      {
        content: { inline: [use('one', { [half]: half })] },
        results: [{ id: 'one', output: { inline: half }, failed: false }],
      },
    ];
    const { model, ask } = await openDesk();
    const described = [{ name: 'look', description: half, inputSchema: { type: 'object', description: half } }];
    await ask({ request: { tools: described, turns, prompt: half, system: half, document: { inline: half } } }).answer;
    const sent = JSON.stringify(model.calls[0]?.request);
    expect(sent).not.toMatch(/\\ud83d/i);
    expect(sent.match(/x\uFFFD/gu)).toHaveLength(8);
  });
});

describe('a question without words', () => {
  it('is refused before it is asked', async () => {
    const { model, ask } = await openDesk();
    await expect(ask({ request: { prompt: ' \n' } }).answer).rejects.toMatchObject({
      type: 'BadInput',
      nonRetryable: true,
      message: expect.stringContaining('Expected a prompt or a document with words, got " \\n".'),
    });
    expect(model.total).toBe(0);
  });

  it('may have a document alone, and loses blank parts', async () => {
    const { model, ask } = await openDesk();
    await ask({ request: { prompt: ' ', system: ' ', document: { inline: 'A contract.' } } }).answer;
    expect(model.calls[0]?.request).toMatchObject({ messages: [{ content: [{ text: 'A contract.' }] }] });
    expect(model.calls[0]?.request).not.toHaveProperty('system');
  });
});
