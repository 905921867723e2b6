import { expect, it } from 'vitest';
import { RateLimits } from '../src/limits/rate-limits.js';
import { asking, start } from './start.js';

it('refuses the request after the last one of the minute, and says when to come back', async () => {
  const { client, model } = await start({ limits: { requestsPerMinute: 2 } });
  await client.messages.create(asking('Hi'));
  await client.messages.create(asking('Hi'));
  const refused = client.messages.create(asking('Hi'));
  await expect(refused).rejects.toMatchObject({ status: 429, type: 'rate_limit_error' });
  await refused.catch(({ headers }: { headers: Headers }) =>
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1),
  );
  // Another class of models has limits of its own.
  await client.messages.create(asking('Hi', { model: 'claude-haiku-4-5' }));
  expect(model.calls.map(({ status }) => status)).toEqual([200, 200, 429, 200]);
});

it('tells the limits in the headers of every answer, errors too', async () => {
  const { client } = await start({
    limits: { requestsPerMinute: 10, inputTokensPerMinute: 20_000, outputTokensPerMinute: 8_000 },
  });
  const { response } = await client.messages.create(asking('Hi')).withResponse();
  const header = (headers: Headers, name: string) => headers.get(`anthropic-ratelimit-${name}`);
  expect(header(response.headers, 'requests-limit')).toBe('10');
  expect(header(response.headers, 'requests-remaining')).toBe('9');
  expect(header(response.headers, 'requests-reset')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(header(response.headers, 'input-tokens-remaining')).toBe('20000');
  expect(header(response.headers, 'output-tokens-limit')).toBe('8000');
  expect(header(response.headers, 'tokens-limit')).toBe('28000');
  const error = await client.messages
    .create(asking('Hi', { model: 'gpt-4' }))
    .catch(({ headers }: { headers: Headers }) => headers);
  expect(header(error as Headers, 'requests-limit')).toBe('10');
});

it('does not count cache reads as input', async () => {
  const { client } = await start({ limits: { inputTokensPerMinute: 4_000, burstMs: 60_000 } });
  const text = 'The supplier delivers the goods to the customer on every Monday. '.repeat(200);
  const ask = asking('', {
    messages: [{ role: 'user', content: [{ type: 'text', text, cache_control: { type: 'ephemeral' } }] }],
  });
  for (let call = 0; call < 5; call += 1) await client.messages.create(ask);
  await expect(client.messages.create(asking(text))).rejects.toMatchObject({ status: 429 });
});

it('has a limit of concurrency that no header tells', async () => {
  const { client, model } = await start({ limits: { concurrency: 1 } });
  const gate = model.hold();
  const first = client.messages.create(asking('one'));
  await model.until(() => gate.waiting.length === 1);
  await expect(client.messages.create(asking('two'))).rejects.toMatchObject({
    status: 429,
    message: expect.stringContaining('concurrent'),
  });
  gate.release();
  await first;
  await model.idle();
  await client.messages.create(asking('three'));
});

it('fills its buckets steadily', () => {
  let now = 1_000_000;
  const limits = new RateLimits({ requestsPerMinute: 60 }, () => now);
  for (let call = 0; call < 60; call += 1) limits.admit('sonnet', 1, 1);
  expect(() => limits.admit('sonnet', 1, 1)).toThrow('60 requests per minute');
  now += 1_000;
  limits.admit('sonnet', 1, 1);
  expect(() => limits.admit('sonnet', 1, 1)).toThrow();
});

it('may enforce 60 a minute as 1 a second', () => {
  let now = 0;
  const limits = new RateLimits({ requestsPerMinute: 60, burstMs: 1_000 }, () => now);
  limits.admit('sonnet', 1, 1);
  expect(() => limits.admit('sonnet', 1, 1)).toThrow();
  now += 1_000;
  limits.admit('sonnet', 1, 1);
});

it('lets output run into debt, rounds to thousands, and says when all is full again', () => {
  let now = 0;
  const limits = new RateLimits({ outputTokensPerMinute: 6_000, inputTokensPerMinute: 10_400 }, () => now);
  limits.admit('sonnet', 900, 1);
  limits.generated('sonnet', 12_000);
  expect(limits.headers('sonnet')).toMatchObject({
    'anthropic-ratelimit-output-tokens-remaining': '0',
    'anthropic-ratelimit-input-tokens-remaining': '10000',
    'anthropic-ratelimit-output-tokens-reset': '1970-01-01T00:02:00Z',
  });
  expect(() => limits.admit('sonnet', 1, 1)).toThrow('6000 output tokens');
  now += 61_000;
  limits.admit('sonnet', 1, 1);
});
