// What a program does with the official TypeScript SDK, check by check. `test/gateway/sdk.test.ts` runs them, and `scripts/test-clients`.
import { strict as assert } from 'node:assert';
import { connect } from 'node:net';

import Anthropic from '@anthropic-ai/sdk';
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import * as z from 'zod';

const model = 'claude-sonnet-5-5';
const most = { model, max_tokens: 200 };
/** As large as a request with documents gets: the API takes 32 MB. */
const largeBytes = 24_000_000;
const images = 4;
const idleConnections = 1_000;

const add = {
  name: 'add',
  description: 'Adds two numbers.',
  input_schema: {
    type: 'object',
    properties: { a: { type: 'number' }, b: { type: 'number' } },
    required: ['a', 'b'],
    additionalProperties: false,
  },
};

/** The checks, by name. Each is given an address, and a mark that makes its prompts its own. */
export const checks = {
  async message({ client, ask }) {
    const message = await client.messages.create(ask('What is the rent? The rent is 900 euros.'));
    assert.equal(message.stop_reason, 'end_turn');
    assert.match(textOf(message), /900 euros/);
    assert.ok(message.usage.output_tokens > 0);
    // Fills the prompt cache, and answers nothing.
    assert.deepEqual((await client.messages.create({ ...ask('Warm up.'), max_tokens: 0 })).content, []);
  },

  async 'stream helper'({ client, ask }) {
    const stream = client.messages.stream(ask('Name the rent. The rent is 900 euros. It is due in May.'));
    let text = '';
    stream.on('text', (delta) => (text += delta));
    const message = await stream.finalMessage();
    assert.equal(text, textOf(message));
    assert.equal(await stream.finalText(), text);
  },

  async 'stream events'({ client, ask }) {
    const types = [];
    for await (const { type } of await client.messages.create({ ...ask('The rent is 800 euros.'), stream: true }))
      types.push(type);
    assert.deepEqual([types[0], types.at(-2), types.at(-1)], ['message_start', 'message_delta', 'message_stop']);
    assert.ok(types.includes('content_block_delta'));
  },

  async tools({ client, ask }) {
    const asked = { ...ask('Call add with a 1 and b 2.'), tools: [add] };
    const message = await client.messages.create(asked);
    const call = message.content.find(({ type }) => type === 'tool_use');
    assert.equal(message.stop_reason, 'tool_use');
    assert.equal(call.name, 'add');
    const results = [{ type: 'tool_result', tool_use_id: call.id, content: '3' }];
    const turns = [
      ...asked.messages,
      { role: 'assistant', content: message.content },
      { role: 'user', content: results },
    ];
    assert.equal((await client.messages.create({ ...asked, messages: turns })).stop_reason, 'end_turn');
    const streamed = await client.messages.stream(asked).finalMessage();
    assert.deepEqual(streamed.content.find(({ type }) => type === 'tool_use').input, call.input);
  },

  async 'tool runner'({ client, ask }) {
    for (const stream of [false, true]) {
      const given = [];
      const run = async (input) => String(given.push(input));
      const tool = betaZodTool({
        name: 'add',
        description: 'Adds.',
        inputSchema: z.object({ a: z.number(), b: z.number() }),
        run,
      });
      const asked = ask(`Call add with a 1 and b 2, streamed ${stream}.`);
      const last = await client.beta.messages
        .toolRunner({ ...asked, tools: [tool], max_iterations: 3, stream })
        .runUntilDone();
      assert.equal(given.length, 1);
      assert.equal(last.stop_reason, 'end_turn');
    }
  },

  async 'structured output'({ client, ask }) {
    const format = zodOutputFormat(z.object({ due: z.string(), euros: z.number() }));
    const { parsed_output: output } = await client.messages.parse({
      ...ask('The rent is 900 euros, due in May.'),
      output_config: { format },
    });
    assert.equal(typeof output.due, 'string');
    assert.equal(typeof output.euros, 'number');
  },

  async 'count tokens'({ client, ask }) {
    const { messages } = ask('How long is this?');
    assert.ok((await client.messages.countTokens({ model, messages })).input_tokens > 0);
  },

  async batches({ client, ask }) {
    const requests = ['one', 'two'].map((custom_id) => ({ custom_id, params: ask(`Answer ${custom_id}.`) }));
    const { id } = await client.messages.batches.create({ requests });
    while ((await client.messages.batches.retrieve(id)).processing_status !== 'ended') await later(20);
    const results = [];
    for await (const { custom_id, result } of await client.messages.batches.results(id))
      results.push([custom_id, result.type]);
    assert.deepEqual(Object.fromEntries(results), { one: 'succeeded', two: 'succeeded' });
    const listed = [];
    for await (const batch of client.messages.batches.list({ limit: 1 })) listed.push(batch.id);
    assert.ok(listed.includes(id));
  },

  async models({ client }) {
    const listed = [];
    for await (const { id } of client.models.list({ limit: 2 })) listed.push(id);
    assert.ok(listed.includes(model));
    assert.equal((await client.models.retrieve(model)).id, model);
  },

  async 'typed errors'({ client, ask }) {
    const limited = await failureOf(
      client.messages.create({ ...ask('Please limit me always.'), model: 'claude-haiku-5-5' }),
    );
    assert.ok(limited instanceof Anthropic.RateLimitError);
    assert.equal(limited.headers.get('retry-after'), '7');
    const overloaded = await failureOf(
      client.messages.create({ ...ask('Please be overloaded.'), model: 'claude-opus-5-5' }),
    );
    assert.deepEqual([overloaded.status, overloaded.type], [529, 'overloaded_error']);
    const broken = await failureOf(client.messages.stream(ask('Please break off.')).finalMessage());
    assert.equal(broken.type, 'overloaded_error');
    assert.ok(
      (await failureOf(client.messages.create({ ...ask('?'), model: 'no-such-model' }))) instanceof
        Anthropic.NotFoundError,
    );
    assert.ok(
      (await failureOf(client.messages.create({ ...ask('?'), max_tokens: -1 }))) instanceof Anthropic.BadRequestError,
    );
  },

  async retries({ client, ask }) {
    const patient = client.withOptions({ maxRetries: 2 });
    assert.equal((await patient.messages.create(ask('Please limit me once.'))).stop_reason, 'end_turn');
  },

  async timeout({ client, ask }) {
    const failure = await failureOf(client.messages.create(ask('Please be slow, for a timeout.'), { timeout: 200 }));
    assert.ok(failure instanceof Anthropic.APIConnectionTimeoutError);
  },

  async cancellation({ client, ask }) {
    const cancelling = new AbortController();
    const asked = client.messages.create(ask('Please be slow, to be cancelled.'), { signal: cancelling.signal });
    setTimeout(() => cancelling.abort(), 100);
    assert.ok((await failureOf(asked)) instanceof Anthropic.APIUserAbortError);
    const stream = client.messages.stream(ask('The rent is 700 euros. It is due in June.'));
    for await (const _ of stream) break;
    assert.equal((await client.messages.create(ask('And then?'))).stop_reason, 'end_turn');
  },

  async 'body of 24 MB'({ client, ask }) {
    const image = {
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data: png(largeBytes / images) },
    };
    const { messages, ...rest } = ask('What is in them?');
    const content = [...Array.from({ length: images }, () => image), { type: 'text', text: messages[0].content }];
    const { stop_reason: reason } = await client.messages.create({ ...rest, messages: [{ role: 'user', content }] });
    assert.equal(reason, 'end_turn');
  },

  async 'idle connections, slow reader'({ client, ask, baseURL, apiKey }) {
    const { hostname, port } = new URL(baseURL);
    const idle = await Promise.all(Array.from({ length: idleConnections }, () => open(hostname, port)));
    const slow = await open(hostname, port);
    const body = JSON.stringify({ ...ask('The rent is 900 euros, and is read slowly.'), stream: true });
    slow.pause();
    slow.write(
      `POST /v1/messages HTTP/1.1\r\nhost: ${hostname}:${port}\r\nx-api-key: ${apiKey}\r\nanthropic-version: 2023-06-01\r\n` +
        `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const asked = Array.from({ length: 20 }, (_, at) => client.messages.create(ask(`Meanwhile, question ${at}.`)));
    for (const { stop_reason: reason } of await Promise.all(asked)) assert.equal(reason, 'end_turn');
    for (const socket of [...idle, slow]) socket.destroy();
  },
};

/** Checks that take longer than the others. */
export const heavy = ['body of 24 MB', 'idle connections, slow reader', 'retries'];

/** What a check is given. */
export function given(baseURL, apiKey, mark) {
  const client = new Anthropic({ baseURL, apiKey, maxRetries: 0, openTelemetry: false });
  return {
    client,
    baseURL,
    apiKey,
    ask: (prompt) => ({ ...most, messages: [{ role: 'user', content: `${prompt} (${mark})` }] }),
  };
}

/** A picture of so many characters of base64: what is behind its end is not looked at. */
function png(length) {
  const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg';
  return dot + 'A'.repeat(length - dot.length);
}

function textOf({ content }) {
  return content.map((block) => block.text ?? '').join('');
}

function failureOf(asked) {
  return asked.then(
    () => assert.fail('It should have failed.'),
    (error) => error,
  );
}

function open(host, port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => resolve(socket));
    socket.once('error', reject);
  });
}

function later(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs checks one after the other and prints a line of JSON for each. */
export async function main(all = checks, give = given) {
  const { BASE_URL: baseURL, API_KEY: apiKey, MARK: mark } = process.env;
  for (const [name, check] of Object.entries(all)) {
    let why;
    try {
      await check(give(baseURL, apiKey, mark));
    } catch (error) {
      why = `${error?.name}: ${error?.message}`;
    }
    process.stdout.write(`${JSON.stringify({ name, why })}\n`);
  }
  process.exit();
}

if (process.argv[1]?.endsWith('typescript.mjs')) await main();
