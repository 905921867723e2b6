import Anthropic from '@anthropic-ai/sdk';
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { asking, post, start, textOf } from './start.js';

const older = { 'anthropic-version': '2023-06-01' };

/** A client of the official SDK that sends a version of the API. */
async function clientOf(version: Record<string, string>) {
  const { model } = await start();
  return {
    model,
    client: new Anthropic({ apiKey: 'test', baseURL: model.url, maxRetries: 0, defaultHeaders: version }),
  };
}

const question = asking('Call add with a 1 and b 2.');

describe.each([
  ['2026-10-21', {}],
  ['2023-06-01', older],
])('the official SDK, at version %s', (_, version) => {
  it('is answered, whole and as a stream', async () => {
    const { client } = await clientOf(version);
    expect(textOf(await client.messages.create(question))).not.toBe('');
    expect(textOf(await client.messages.stream(question).finalMessage())).not.toBe('');
  });

  it.each([false, true])('runs tools by its runner, streamed: %s', async (stream) => {
    const { client } = await clientOf(version);
    const given: unknown[] = [];
    const add = betaZodTool({
      name: 'add',
      description: 'Adds two numbers.',
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      run: async (input) => {
        given.push(input);
        return String(input.a + input.b);
      },
    });
    const runner = client.beta.messages.toolRunner({ ...question, tools: [add], max_iterations: 3, stream } as never);
    const last = (await (runner as { runUntilDone(): Promise<unknown> }).runUntilDone()) as { stop_reason: string };
    expect(given).toHaveLength(1);
    expect(last.stop_reason).toBe('end_turn');
  });

  it('parses, counts, lists models and takes batches', async () => {
    const { client } = await clientOf(version);
    const format = {
      type: 'json_schema',
      schema: {
        type: 'object',
        properties: { due: { type: 'string' } },
        required: ['due'],
        additionalProperties: false,
      },
    } as const;
    const parsed = await client.messages.parse({ ...question, output_config: { format } } as never);
    expect(parsed.parsed_output).toHaveProperty('due');
    expect(
      (await client.beta.messages.parse({ ...question, output_config: { format } } as never)).parsed_output,
    ).toHaveProperty('due');
    expect(
      (await client.messages.countTokens({ model: question.model, messages: question.messages })).input_tokens,
    ).toBeGreaterThan(0);
    expect((await client.models.list()).data.length).toBeGreaterThan(0);
    expect((await client.beta.models.list()).data.length).toBeGreaterThan(0);
    const { id } = await client.messages.batches.create({ requests: [{ custom_id: 'one', params: question }] });
    for (;;) if ((await client.messages.batches.retrieve(id)).processing_status === 'ended') break;
    const results = [];
    for await (const { result } of await client.messages.batches.results(id)) results.push(result.type);
    expect(results).toEqual(['succeeded']);
  });

  it('may leave optional fields null, and send those of the beta', async () => {
    const { model } = await start();
    const body = {
      ...question,
      cache_control: null,
      container: null,
      output_config: null,
      context_management: { edits: [] },
      mcp_servers: [],
      betas: undefined,
      metadata: { user_id: 'somebody' },
      service_tier: 'auto',
      thinking: { type: 'disabled' },
    };
    const answer = await post(model, '/v1/messages?beta=true', body, version);
    expect([answer.status, await answer.clone().text()]).toEqual([200, expect.any(String)]);
  });
});

it('takes the fields of older clients with their version alone', async () => {
  const { model } = await start();
  const body = { ...question, temperature: 0.5, top_p: 0.9, top_k: 5 };
  expect((await post(model, '/v1/messages', body, older)).status).toBe(200);
  expect((await post(model, '/v1/messages', body)).status).toBe(400);
});
