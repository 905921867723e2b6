import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import { expect, it } from 'vitest';

import { buildRequest, costOf } from '../../../src/model/index.js';
import { asMessage } from '../../../src/model/call/message.js';
import { withRest } from '../../../src/model/call/with-rest.js';

const body = buildRequest(
  {
    model: 'claude-sonnet-5-5',
    maxTokens: 100,
    system: '',
    prompt: 'Look it up',
    serverTools: [{ name: 'web_search', allowedDomains: ['example.com'] }, { name: 'code_execution' }],
  },
  undefined,
);

const call = { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'it' } };
const result = { type: 'web_search_tool_result', tool_use_id: 's1', content: [] };
const text = (said: string) => ({ type: 'text', text: said });

function message(content: unknown[], stopReason: string, searches: number) {
  return asMessage({
    type: 'message',
    model: 'claude-sonnet-5-5',
    content,
    stop_reason: stopReason,
    usage: { input_tokens: 10, output_tokens: 10, server_tool_use: { web_search_requests: searches } },
  });
}

it('offers the tools of the API by their versions', () => {
  expect(body.tools).toEqual([
    { type: 'web_search_20250305', name: 'web_search', max_uses: 5, allowed_domains: ['example.com'] },
    { type: 'code_execution_20250825', name: 'code_execution' },
  ]);
});

it('goes on after each pause, with all that was found by then, and counts what each search cost', async () => {
  const asked: MessageCreateParamsNonStreaming[] = [];
  const answers = [
    message([text('I will look.'), call, result], 'pause_turn', 1),
    message([call, result], 'pause_turn', 2),
    message([text('It is there.')], 'end_turn', 0),
  ];
  const answer = await withRest(
    body,
    () => true,
    async (each) => {
      asked.push(each);
      return answers[asked.length - 1]!;
    },
  );
  expect(asked.map(({ messages }) => messages.length)).toEqual([1, 2, 2]);
  expect(asked[2]?.messages[1]).toEqual({
    role: 'assistant',
    content: [text('I will look.'), call, result, call, result],
  });
  // What it said before its results is no answer.
  expect(answer).toMatchObject({ text: 'It is there.', stopReason: 'end_turn', usage: { webSearches: 3 } });
  expect(answer.content).toHaveLength(6);
  const { webSearches, ...tokens } = answer.usage;
  expect(costOf(answer.usage, answer.model)! - costOf(tokens, answer.model)!).toBeCloseTo(webSearches! * 0.01, 12);
});

it('ends with what there is where pauses do not end, or the money does', async () => {
  const paused = message([call, result], 'pause_turn', 1);
  for (const [mayGoOn, calls] of [
    [true, 6],
    [false, 1],
  ] as const) {
    let made = 0;
    const answer = await withRest(
      body,
      () => mayGoOn,
      async () => {
        made += 1;
        return paused;
      },
    );
    expect([made, answer.stopReason, answer.usage.webSearches]).toEqual([calls, 'pause_turn', calls]);
  }
});
