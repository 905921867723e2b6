// What a program does with LangChain's package for Anthropic.
import { strict as assert } from 'node:assert';

import { ChatAnthropic } from '@langchain/anthropic';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import * as z from 'zod';

import { main } from './typescript.mjs';

const numbers = z.object({ a: z.number(), b: z.number() });
const add = tool(({ a, b }) => String(a + b), { name: 'add', description: 'Adds two numbers.', schema: numbers });

const checks = {
  async message({ chat, say }) {
    const { text, usage_metadata: usage } = await chat().invoke(say('What is the rent? The rent is 900 euros.'));
    assert.match(text, /900 euros/);
    assert.ok(usage.output_tokens > 0);
  },

  async 'stream helper'({ chat, say }) {
    let text = '';
    for await (const chunk of await chat().stream(say('Name the rent. The rent is 900 euros. It is due in May.')))
      text += chunk.text;
    assert.match(text, /900 euros/);
  },

  async tools({ chat, say }) {
    const [asked] = say('Call add with a 1 and b 2.');
    const bound = chat().bindTools([add]);
    const answer = await bound.invoke([asked]);
    assert.equal(answer.tool_calls[0].name, 'add');
    const result = new ToolMessage({ content: '3', tool_call_id: answer.tool_calls[0].id });
    assert.equal((await bound.invoke([asked, answer, result])).response_metadata.stop_reason, 'end_turn');
  },

  async 'structured output'({ chat, say }) {
    const schema = z.object({ due: z.string(), euros: z.number() });
    const { due } = await chat()
      .withStructuredOutput(schema, { method: 'jsonSchema' })
      .invoke(say('The rent is 900 euros, due in May.'));
    assert.equal(typeof due, 'string');
  },

  async 'typed errors'({ chat, say }) {
    const asked = chat({ model: 'claude-haiku-5-5' }).invoke(say('Please limit me always.'));
    assert.equal((await asked.catch((failure) => failure)).status, 429);
  },

  async retries({ chat, say }) {
    assert.notEqual((await chat({ maxRetries: 2 }).invoke(say('Please limit me once.'))).text, '');
  },

  async cancellation({ chat, say }) {
    const asked = chat().invoke(say('Please be slow, to be cancelled.'), { signal: AbortSignal.timeout(200) });
    await assert.rejects(asked);
    assert.notEqual((await chat().invoke(say('And then?'))).text, '');
  },
};

await main(checks, (anthropicApiUrl, apiKey, mark) => ({
  chat: (more = {}) =>
    new ChatAnthropic({ model: 'claude-sonnet-5-5', maxTokens: 200, maxRetries: 0, anthropicApiUrl, apiKey, ...more }),
  say: (prompt) => [new HumanMessage(`${prompt} (${mark})`)],
}));
