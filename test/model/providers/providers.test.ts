import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { APIConnectionError } from '@anthropic-ai/sdk';
import { describe, expect, it, onTestFinished } from 'vitest';

import { ModelClients } from '../../../src/model/call/client.js';
import { classify } from '../../../src/model/call/error-table.js';
import { loaded } from '../../../src/model/providers/provider.js';
import type { CallPart } from '../../activities/asking.js';
import { failureOf, ledgerOf, openDesk, outputOf } from '../../activities/asking.js';
import { bedrockStandIn, chatStandIn, foundryStandIn, vertexStandIn } from '../../support/stand-ins.js';
import type { StandIn } from '../../support/stand-ins.js';

const secret = 'made-up-token-1';

interface Case {
  start: typeof bedrockStandIn;
  /** Where a call goes, whole and streamed, as a part of its path. */
  paths: [whole: string, streamed: string];
  env: (url: string) => NodeJS.ProcessEnv;
  model: string;
  /** US dollars for 1,000 tokens in and 100 out. */
  usd: number;
  asked: (asked: StandIn['asked'][number]) => string | undefined;
}

const cases: Record<string, Case> = {
  'Amazon Bedrock': {
    start: bedrockStandIn,
    paths: ['/invoke', '/invoke-with-response-stream'],
    env: (url) => ({
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIDMADEUP',
      AWS_SECRET_ACCESS_KEY: secret,
      ANTHROPIC_BEDROCK_BASE_URL: url,
    }),
    model: 'bedrock:claude-sonnet-5-5',
    usd: 0.003,
    asked: ({ path }) => /model\/([^/]+)\//.exec(path)?.[1],
  },
  'Vertex AI': {
    start: vertexStandIn,
    paths: [':rawPredict', ':streamRawPredict'],
    env: (url) => ({
      ANTHROPIC_VERTEX_PROJECT_ID: 'a-project',
      CLOUDSDK_AUTH_ACCESS_TOKEN: secret,
      ANTHROPIC_VERTEX_BASE_URL: `${url}/v1`,
    }),
    model: 'vertex:claude-sonnet-5-5',
    usd: 0.003,
    asked: ({ path }) => /models\/([^:]+):/.exec(path)?.[1],
  },
  'Microsoft Foundry': {
    start: foundryStandIn,
    paths: ['/anthropic/v1/messages', '/anthropic/v1/messages'],
    env: (url) => ({ ANTHROPIC_FOUNDRY_API_KEY: secret, ANTHROPIC_FOUNDRY_BASE_URL: `${url}/anthropic/` }),
    model: 'foundry:claude-sonnet-5-5',
    usd: 0.003,
    asked: ({ body }) => body.model,
  },
  OpenAI: {
    start: chatStandIn,
    paths: ['/v1/chat/completions', '/v1/chat/completions'],
    env: (url) => ({ OPENAI_API_KEY: secret, OPENAI_BASE_URL: `${url}/v1` }),
    model: 'openai:gpt-4o-mini',
    // 800 read at 0.15 and 200 from the cache at 0.075, 100 written at 0.6, for a million.
    usd: 0.000_195,
    asked: ({ body }) => body.model,
  },
};

const schema = {
  type: 'object',
  properties: { owed: { type: 'string' } },
  required: ['owed'],
  additionalProperties: false,
} as const;

const tools = [
  {
    name: 'look_up',
    description: 'Looks up',
    inputSchema: { type: 'object', properties: { what: { type: 'string' } } },
  },
];

async function desk({ start, env }: Case, script: Parameters<Case['start']>[0] = {}, more: NodeJS.ProcessEnv = {}) {
  const server = await start(script);
  onTestFinished(() => server.close());
  const { ask } = await openDesk({}, { api: undefined, env: { ...env(server.url), ...more } });
  return { server, ask };
}

/** A server that answers everything with the same text. */
async function plainServer(type: string, text: string): Promise<string> {
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': type }).end(text));
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

describe.each(Object.entries(cases))('%s', (_, one) => {
  const call = (part: CallPart['request'] = {}): CallPart => ({ request: { model: one.model, ...part } });

  it.each([
    ['whole', 500, 0],
    ['streamed', 2_000, 1],
  ] as const)('answers, %s, by its own protocol, and is billed', async (_how, maxTokens, at) => {
    const { server, ask } = await desk(one);
    const asking = ask(call({ maxTokens }));
    expect(await outputOf(asking)).toBe('The rent is owed.');
    const { model, ledger } = await asking.answer;
    expect(model).toBe(one.model);
    expect(ledger.usage.outputTokens).toBe(100);
    expect(ledger.usage.inputTokens + ledger.usage.cacheReadTokens).toBe(1_000);
    expect(ledger.costUsd).toBeCloseTo(one.usd, 9);
    expect(server.asked).toHaveLength(1);
    expect(decodeURIComponent(server.asked[0]!.path)).toContain(one.paths[at]);
    expect(one.asked(server.asked[0]!)).toMatch(/claude-sonnet-5-5$|gpt-4o-mini$/);
  });

  it.each([500, 2_000])('gives structured output, of at most %i tokens', async (maxTokens) => {
    const { server, ask } = await desk(one);
    expect(await outputOf(ask(call({ maxTokens, outputSchema: schema })))).toEqual({ owed: 'the rent' });
    expect(JSON.stringify(server.asked[0]!.body)).toContain('"owed"');
  });

  it.each([500, 2_000])('calls tools, in an answer of at most %i tokens', async (maxTokens) => {
    const says = () => ({ tool: { name: 'look_up', input: { what: 'the rent' } } });
    const { ask } = await desk(one, { says });
    const { turn } = await ask(call({ maxTokens, tools })).answer;
    expect(turn?.calls).toMatchObject([{ name: 'look_up', input: { inline: { what: 'the rent' } } }]);
  });

  it('makes of a rate limit what the table says, and of a key refused', async () => {
    const body = { error: { message: 'Slow down' }, message: 'Slow down' };
    const { ask } = await desk(one, {
      first: [
        { status: 429, body, headers: { 'retry-after': '7', 'x-amzn-errortype': 'ThrottlingException' } },
        {
          status: one.model.startsWith('bedrock') ? 403 : 401,
          body: { message: `The key ${secret} is none`, error: { message: `The key ${secret} is none` } },
          headers: { 'x-amzn-errortype': 'UnrecognizedClientException' },
        },
      ],
    });
    const limited = await failureOf(ask(call()));
    expect(limited.type).toBe('RateLimited');
    expect(ledgerOf(limited)).toMatchObject({ attempts: 0, throttled: 1 });
    expect(Number(limited.nextRetryDelay ?? 0)).toBeGreaterThanOrEqual(7_000);
    const refused = await failureOf(ask(call()));
    expect(refused).toMatchObject({ type: 'Unauthenticated', nonRetryable: true });
    expect(refused.message).not.toContain(secret);
  });

  it('is asked for plain names where it is the default', async () => {
    const [provider = '', name] = one.model.split(':');
    const { server, ask } = await desk(one, {}, { FANFOLD_PROVIDER: provider });
    expect(await outputOf(ask({ request: { model: name! } }))).toBe('The rent is owed.');
    expect(server.asked).toHaveLength(1);
  });

  it('says what to set where nothing is', async () => {
    const { ask } = await openDesk({}, { env: {} });
    const failure = await failureOf(ask(call()));
    expect(failure).toMatchObject({ type: 'NoApiKey', nonRetryable: true });
    expect(failure.message).toMatch(
      /Set .*(AWS_REGION|ANTHROPIC_VERTEX_PROJECT_ID|ANTHROPIC_FOUNDRY_API_KEY|OPENAI_API_KEY)/,
    );
  });
});

it('takes an exception inside of a stream of Bedrock for the rate limit that it is', async () => {
  const { ask } = await desk(cases['Amazon Bedrock']!, { first: ['exception in the stream'] });
  const asking = ask({ request: { model: 'bedrock:claude-sonnet-5-5', maxTokens: 2_000 } });
  expect((await failureOf(asking)).type).toBe('RateLimited');
});

it('shows Bedrock a key of its own where there is one', async () => {
  const one = cases['Amazon Bedrock']!;
  const { server, ask } = await desk(one, {}, { AWS_BEARER_TOKEN_BEDROCK: 'made-up-token-2' });
  await outputOf(ask({ request: { model: one.model } }));
  expect(server.asked[0]!.headers.authorization).toBe('Bearer made-up-token-2');
});

it.each([500, 2_000])(
  'shows an OpenAI-compatible server no key but its own, and bills what it does not count by estimate (%i)',
  async (maxTokens) => {
    const server = await chatStandIn({ says: () => ({ text: 'Yes.' }), counts: false });
    onTestFinished(() => server.close());
    const env = { FANFOLD_OPENAI_COMPATIBLE_URL: `${server.url}/v1`, OPENAI_API_KEY: secret };
    const { ask } = await openDesk({}, { api: undefined, env });
    const asking = ask({ request: { model: 'openai-compatible:vendor/a-model:free', maxTokens } });
    expect(await outputOf(asking)).toBe('Yes.');
    expect(server.asked[0]!.headers.authorization).toBeUndefined();
    expect(server.asked[0]!.body.model).toBe('vendor/a-model:free');
    const { ledger } = await asking.answer;
    expect(ledger.usage.inputTokens).toBeGreaterThan(0);
    expect(ledger.usage.outputTokens).toBeGreaterThan(0);
    expect(ledger.costUsd).toBeNull();
  },
);

it('sends a conversation with its calls and their results', async () => {
  const one = cases['OpenAI']!;
  const server = await chatStandIn();
  onTestFinished(() => server.close());
  const { ask } = await openDesk({}, { api: undefined, env: one.env(server.url) });
  const turns = [
    {
      content: { inline: [{ type: 'tool_use', id: 'call_1', name: 'look_up', input: { what: 'the rent' } }] },
      results: [{ id: 'call_1', output: { inline: '800 euros' }, failed: false }],
    },
  ];
  await outputOf(ask({ request: { model: one.model, tools, turns } }));
  const { messages, tools: sent } = server.asked[0]!.body;
  expect(messages.map(({ role }: { role: string }) => role)).toEqual(['system', 'user', 'assistant', 'tool']);
  expect(messages[3]).toMatchObject({
    role: 'tool',
    tool_call_id: 'call_1',
    content: expect.stringContaining('800 euros'),
  });
  expect(sent).toMatchObject([{ type: 'function', function: { name: 'look_up' } }]);
});

it('takes a quota that is used up for a limit on spending, and words with status 200 for no answer', async () => {
  const one = cases['OpenAI']!;
  const quota = {
    error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'You exceeded your quota.' },
  };
  const { ask } = await desk(one, {
    first: [
      { status: 429, body: quota },
      { status: 200, body: 'Come back later.' },
    ],
  });
  expect((await failureOf(ask({ request: { model: one.model } }))).type).toBe('SpendLimitReached');
  expect((await failureOf(ask({ request: { model: one.model } }))).type).toBe('MalformedAnswer');
});

it.each([
  ['text/html', '<html>Log in</html>'],
  ['application/json', '{"ok":true}'],
  ['text/event-stream', 'data: <html>\n\n'],
  ['text/event-stream', 'data: {"ok":true}\n\n'],
])('takes %s with status 200 for no answer of a stream: %s', async (type, text) => {
  const env = { FANFOLD_OPENAI_COMPATIBLE_URL: await plainServer(type, text) };
  const { ask } = await openDesk({}, { api: undefined, env });
  const failure = await failureOf(ask({ request: { model: 'openai-compatible:a-model', maxTokens: 2_000 } }));
  expect(failure).toMatchObject({ type: 'MalformedAnswer', message: expect.not.stringMatching(/^\{/) });
});

it('says what to install where a package is missing', async () => {
  const missing = { title: 'Somebody', packageName: '@made-up/package' };
  const loading = loaded(missing, () => Promise.reject(new Error('Cannot find package')));
  await expect(loading).rejects.toMatchObject({
    type: 'ProviderNotInstalled',
    message: expect.stringContaining('@made-up/package, which is not installed'),
    advice: 'Install it beside fanfold: npm install @made-up/package',
  });
});

it('takes reasoning for a sign of life, and shows none of it', async () => {
  const server = await chatStandIn({ says: () => ({ reasoning: 'Let me think about it.', text: 'Yes.' }) });
  onTestFinished(() => server.close());
  const events: string[] = [];
  const client = await new ModelClients({}).clientOf({
    provider: 'openai-compatible',
    apiKey: '',
    baseURL: `${server.url}/v1`,
  });
  const running = client.streaming.messages.stream({
    model: 'a-model',
    max_tokens: 2_000,
    messages: [{ role: 'user', content: 'Is it?' }],
  });
  running.on('streamEvent', ({ type }) => events.push(type));
  const { content } = await running.finalMessage();
  expect(content.map((block) => (block.type === 'text' ? block.text : block.type)).join('')).toBe('Yes.');
  expect(events.filter((type) => type === 'content_block_delta').length).toBeGreaterThan(3);
});

it.each([
  'CredentialsProviderError: Could not load credentials from any providers',
  'Error: Could not load the default credentials.',
])('takes %s of a cloud for what it is, and does not try again', (said) => {
  const [name = '', message = ''] = said.split(': ');
  const cause = Object.assign(new Error(message), { name });
  expect(classify(new APIConnectionError({ message: 'Failed to resolve credentials.', cause }))).toBe('NoApiKey');
});
