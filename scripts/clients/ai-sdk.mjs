// What a program does with the AI SDK and its package for Anthropic.
import { strict as assert } from 'node:assert';

import { createAnthropic } from '@ai-sdk/anthropic';
import { generateObject, generateText, stepCountIs, streamText, tool } from 'ai';
import * as z from 'zod';

import { main } from './typescript.mjs';

const add = (given) =>
  tool({
    description: 'Adds two numbers.',
    inputSchema: z.object({ a: z.number(), b: z.number() }),
    execute: async (input) => String(given.push(input)),
  });

const checks = {
  async message({ model, say }) {
    const { text, usage, finishReason } = await generateText({
      model,
      ...say('What is the rent? The rent is 900 euros.'),
    });
    assert.match(text, /900 euros/);
    assert.equal(finishReason, 'stop');
    assert.ok(usage.outputTokens > 0);
  },

  async 'stream helper'({ model, say }) {
    const { textStream, text } = streamText({
      model,
      ...say('Name the rent. The rent is 900 euros. It is due in May.'),
    });
    let streamed = '';
    for await (const delta of textStream) streamed += delta;
    assert.equal(streamed, await text);
    assert.notEqual(streamed, '');
  },

  async 'stream events'({ model, say }) {
    const types = [];
    for await (const { type } of streamText({ model, ...say('The rent is 800 euros.') }).fullStream) types.push(type);
    assert.equal(types.at(-1), 'finish');
    assert.ok(types.includes('text-delta'));
  },

  async tools({ model, say }) {
    const { toolCalls } = await generateText({ model, ...say('Call add with a 1 and b 2.'), tools: { add: add([]) } });
    assert.equal(toolCalls[0].toolName, 'add');
  },

  async 'tool runner'({ model, say }) {
    const given = [];
    const asked = {
      ...say('Call add with a 1 and b 2, in steps.'),
      tools: { add: add(given) },
      stopWhen: stepCountIs(3),
    };
    const { finishReason } = await generateText({ model, ...asked });
    assert.equal(given.length, 1);
    assert.equal(finishReason, 'stop');
  },

  async 'structured output'({ model, say }) {
    const schema = z.object({ due: z.string(), euros: z.number() });
    const { object } = await generateObject({ model, ...say('The rent is 900 euros, due in May.'), schema });
    assert.equal(typeof object.due, 'string');
  },

  async 'typed errors'({ provider, say }) {
    const asked = { model: provider('claude-haiku-5-5'), ...say('Please limit me always.') };
    const error = await generateText(asked).catch((failure) => failure);
    assert.equal(error.statusCode, 429);
    assert.equal(error.responseHeaders['retry-after'], '7');
  },

  async retries({ model, say }) {
    assert.equal((await generateText({ model, ...say('Please limit me once.'), maxRetries: 2 })).finishReason, 'stop');
  },

  async cancellation({ model, say }) {
    const asked = generateText({
      model,
      ...say('Please be slow, to be cancelled.'),
      abortSignal: AbortSignal.timeout(200),
    });
    await assert.rejects(asked);
    assert.equal((await generateText({ model, ...say('And then?') })).finishReason, 'stop');
  },
};

await main(checks, (baseURL, apiKey, mark) => {
  const provider = createAnthropic({ baseURL: `${baseURL}/v1`, apiKey });
  const say = (prompt) => ({ prompt: `${prompt} (${mark})`, maxOutputTokens: 200, maxRetries: 0 });
  return { provider, model: provider('claude-sonnet-5-5'), say };
});
