import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { fullName, namedModel, providerIn } from '../../../src/contract/providers.js';
import { questionKey } from '../../../src/journal/question-key.js';
import { boundsOf } from '../../../src/model/bounds.js';
import { modelClassOf } from '../../../src/model/limiter/model-class.js';
import { readRateHeaders } from '../../../src/model/limiter/rate-headers.js';
import { usePrices } from '../../../src/model/own-prices.js';
import { costOf } from '../../../src/model/prices.js';
import { defaultProvider, providerApi } from '../../../src/model/providers/api-of.js';
import { claudeName } from '../../../src/model/providers/claude-name.js';
import { headersOf, spanMs } from '../../../src/model/providers/language-model/failure-of.js';
import { isStrict } from '../../../src/model/providers/language-model/prompt-of.js';
import { providerTable } from '../../../src/model/providers/provider-table.js';
import { upperBoundUsd } from '../../../src/model/upper-bound.js';

const million = { inputTokens: 1_000_000, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

afterEach(() => usePrices({}));

describe('names', () => {
  it.each([
    ['claude-sonnet-5-5', 'anthropic', 'claude-sonnet-5-5'],
    [
      'bedrock:global.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'bedrock',
      'global.anthropic.claude-sonnet-4-5-20250929-v1:0',
    ],
    ['openai:ft:gpt-4o:me::1', 'openai', 'ft:gpt-4o:me::1'],
    ['openai-compatible:vendor/a-model:free', 'openai-compatible', 'vendor/a-model:free'],
    // A colon makes no provider.
    ['anthropic.claude-3-haiku-20240307-v1:0', 'anthropic', 'anthropic.claude-3-haiku-20240307-v1:0'],
    [
      'arn:aws:bedrock:us-east-1:1:application-inference-profile/a',
      'anthropic',
      'arn:aws:bedrock:us-east-1:1:application-inference-profile/a',
    ],
  ])('takes %s apart', (model, provider, name) => {
    expect(namedModel(model)).toEqual({ provider, name });
  });

  it('names the default provider, and leaves names of Anthropic what they always were', () => {
    expect(fullName('claude-sonnet-5-5', 'anthropic')).toBe('claude-sonnet-5-5');
    expect(fullName('anthropic:claude-sonnet-5-5', 'anthropic')).toBe('claude-sonnet-5-5');
    expect(fullName('claude-sonnet-5-5', 'vertex')).toBe('vertex:claude-sonnet-5-5');
    expect(fullName('anthropic:claude-sonnet-5-5', 'vertex')).toBe('anthropic:claude-sonnet-5-5');
    expect(providerIn('made-up:model')).toBeUndefined();
  });

  it.each([
    ['bedrock', 'claude-sonnet-5-5', 'global.anthropic.claude-sonnet-5-5'],
    ['bedrock', 'claude-opus-4-6', 'global.anthropic.claude-opus-4-6-v1'],
    ['bedrock', 'claude-sonnet-4-5', 'global.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['bedrock', 'claude-opus-4-1', 'us.anthropic.claude-opus-4-1-20250805-v1:0'],
    ['bedrock', 'eu.anthropic.claude-sonnet-4-6', 'eu.anthropic.claude-sonnet-4-6'],
    ['bedrock', 'arn:aws:bedrock:us-east-1:1:inference-profile/a', 'arn:aws:bedrock:us-east-1:1:inference-profile/a'],
    ['vertex', 'claude-sonnet-5-5', 'claude-sonnet-5-5'],
    ['vertex', 'claude-haiku-4-5', 'claude-haiku-4-5@20251001'],
    ['vertex', 'claude-haiku-4-5-20251001', 'claude-haiku-4-5@20251001'],
    ['vertex', 'claude-haiku-4-5@20251001', 'claude-haiku-4-5@20251001'],
    ['foundry', 'my-deployment', 'my-deployment'],
  ] as const)('asks %s for %s as %s', (provider, name, own) => {
    expect(providerTable[provider].ownName(name)).toBe(own);
    // A cloud's own name leads back to the model.
    if (name.startsWith('claude-')) expect(claudeName(own)).toBe(name.replace(/[@-]20\d{6}$/, ''));
  });

  it('are those of the table in docs/providers.md', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/providers.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `(claude-[\w-]+)`[^|]*\| `([^`]+)` \| `([^`]+)` \|/gm)];
    const told = rows.map(([, name = '', bedrock, vertex]) => [name, bedrock, vertex]);
    expect(told.length).toBe(3);
    const { bedrock, vertex } = providerTable;
    expect(told).toEqual(told.map(([name = '']) => [name, bedrock.ownName(name), vertex.ownName(name)]));
  });

  it('refuses a provider that is none, and an address that is none without quoting it', () => {
    expect(() => defaultProvider({ FANFOLD_PROVIDER: 'bedrok' })).toThrow('got `bedrok`');
    const env = { OPENAI_API_KEY: 'made-up-token-1', OPENAI_BASE_URL: 'me:made-up-token-2@example' };
    expect(() => providerApi('openai', env)).toThrow(/Expected OPENAI_BASE_URL to be a URL (?!.*made-up-token)/);
  });
});

describe('prices', () => {
  it.each([
    ['claude-sonnet-5-5', 2],
    ['bedrock:claude-sonnet-5-5', 2],
    ['bedrock:global.anthropic.claude-sonnet-5-5', 2],
    ['bedrock:eu.anthropic.claude-sonnet-5-5', 2.2],
    ['bedrock:anthropic.claude-opus-4-1-20250805-v1:0', 15],
    ['foundry:claude-opus-5-5', 4],
    ['foundry:my-deployment', null],
    ['openai:gpt-4o-mini', 0.15],
    ['openai:gpt-4o-mini-2024-07-18', 0.15],
    ['openai:made-up', null],
    ['openai-compatible:gpt-4o-mini', null],
    ['bedrock:arn:aws:bedrock:us-east-1:1:inference-profile/a', null],
  ])('of %s are %s dollars for a million', (model, usd) => {
    const cost = costOf(million, model);
    if (usd === null) expect(cost).toBeNull();
    else expect(cost).toBeCloseTo(usd, 9);
  });

  it('of Vertex AI are those of a region until it is known to be asked everywhere', () => {
    usePrices({ CLOUD_ML_REGION: 'europe-west1' });
    expect(costOf(million, 'vertex:claude-sonnet-5-5')).toBeCloseTo(2.2, 9);
    expect(costOf(million, 'vertex:claude-opus-4-1')).toBeCloseTo(15, 9);
    usePrices({});
    expect(costOf(million, 'vertex:claude-sonnet-5-5')).toBeCloseTo(2, 9);
  });

  it('are what the file says, and a bound holds to them', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'fanfold-prices-'));
    const file = join(directory, 'prices.yaml');
    await writeFile(
      file,
      'openai-compatible:a-model: { input: 1, output: 4, cacheRead: 0.5 }\nfoundry:mine: { input: 3, output: 9 }\n',
    );
    usePrices({ FANFOLD_PRICES: file });
    const usage = { ...million, cacheReadTokens: 1_000_000, outputTokens: 500_000 };
    expect(costOf(usage, 'openai-compatible:a-model')).toBeCloseTo(1 + 0.5 + 2, 9);
    expect(costOf(usage, 'foundry:mine')).toBeCloseTo(3 + 3 + 4.5, 9);
    const size = {
      model: 'openai-compatible:a-model',
      inputTokens: 1_000,
      maxTokens: 1_000,
      cached: false,
      structured: false,
    };
    expect(upperBoundUsd(size)).toBeCloseTo(0.005, 9);
    await writeFile(file, 'openai:a: { input: cheap, output: 4 }');
    expect(() => usePrices({ FANFOLD_PRICES: file })).toThrow(/got at openai:a\.input/);
    expect(() => usePrices({ FANFOLD_PRICES: `${file}.gone` })).toThrow(/ENOENT/);
    await rm(directory, { recursive: true });
  });

  it('that nobody knows refuse a budget before anything is spent', () => {
    const request = { model: 'openai-compatible:a-model', maxTokens: 100, system: '', prompt: 'Why?' };
    expect(() => boundsOf([{ request }])).toThrow('Expected a model whose price is known');
  });
});

describe('limits', () => {
  it("are a provider's own, and of other vendors a model's", () => {
    expect(
      ['claude-opus-5-5', 'bedrock:claude-opus-5-5', 'openai:gpt-4o', 'openai:gpt-4o-mini'].map(modelClassOf),
    ).toEqual(['opus', 'bedrock:opus', 'openai:gpt-4o', 'openai:gpt-4o-mini']);
  });

  it("are read from OpenAI's headers, too", () => {
    const nowMs = Date.parse('2026-11-28T12:00:00Z');
    const given = {
      'content-length': '7',
      'x-ratelimit-limit-requests': '500',
      'x-ratelimit-remaining-requests': '499',
      'x-ratelimit-reset-requests': '120ms',
      'x-ratelimit-limit-tokens': '30000',
      'x-ratelimit-remaining-tokens': '15000',
      'x-ratelimit-reset-tokens': '30s',
    };
    const headers = headersOf(given, nowMs);
    expect(headers.get('content-length')).toBeNull();
    const readings = readRateHeaders(headers, nowMs);
    expect(readings.get('requests')).toMatchObject({ limit: 500, remaining: 499 });
    expect(readings.get('tokens')).toMatchObject({ limit: 30_000, remaining: 15_000, fullInMs: 30_000 });
    expect([spanMs('6m0s'), spanMs('1h2m3s'), spanMs('soon')]).toEqual([360_000, 3_723_000, 0]);
  });
});

it('keeps answers of different providers apart in the journal', () => {
  const body = { max_tokens: 10, messages: [] };
  const keys = [
    questionKey({ source: 'https://api.anthropic.com', body: { ...body, model: 'claude-sonnet-5-5' } }),
    questionKey({ source: 'https://a.example', body: { ...body, model: 'openai-compatible:a' } }),
    questionKey({ source: 'https://b.example', body: { ...body, model: 'openai-compatible:a' } }),
    questionKey({ source: 'https://a.example', body: { ...body, model: 'openai:a' } }),
  ];
  expect(new Set(keys).size).toBe(4);
});

it('is strict with a schema only where nothing may be left out', () => {
  const object = { type: 'object', properties: { a: {} }, additionalProperties: false };
  expect(isStrict({ ...object, required: ['a'] })).toBe(true);
  expect(isStrict(object)).toBe(false);
  expect(isStrict({ ...object, required: ['a'], properties: { a: { ...object } } })).toBe(false);
});
