import { APIError } from '@anthropic-ai/sdk';
import { ApplicationFailureCategory } from '@temporalio/common';
import { describe, expect, it } from 'vitest';

import { classify } from '../../../src/model/call/error-table.js';
import { failureTypes } from '../../../src/contract/failures.js';
import type { FailureType } from '../../../src/contract/failures.js';
import type { Fault } from '@fanfold/offline-model';
import { failureOf, key, ledgerOf, openDesk } from '../../activities/asking.js';

const rows: [what: string, fault: Fault, type: FailureType][] = [
  ['a rate limit', { kind: 'rate-limit' }, 'RateLimited'],
  ['a ramp limit', { kind: 'ramp-limit' }, 'RateLimited'],
  ['the spend limit of the tier', { kind: 'spend-limit', limit: 'enforced' }, 'SpendLimitReached'],
  ['the spend limit of the contract', { kind: 'spend-limit', limit: 'contract' }, 'SpendLimitReached'],
  ['the spend limit of the workspace, a 400', { kind: 'spend-limit', limit: 'workspace' }, 'SpendLimitReached'],
  ['overload', { kind: 'overloaded' }, 'Overloaded'],
  ['a 400', { kind: 'status', status: 400 }, 'BadRequest'],
  ['a 401', { kind: 'status', status: 401 }, 'Unauthenticated'],
  ['a 402', { kind: 'status', status: 402 }, 'PaymentRequired'],
  ['a 403', { kind: 'status', status: 403 }, 'PermissionDenied'],
  ['a 404', { kind: 'status', status: 404 }, 'NotFound'],
  ['a 408', { kind: 'status', status: 408 }, 'ServerError'],
  ['a 409', { kind: 'status', status: 409 }, 'ServerError'],
  ['a 413', { kind: 'status', status: 413 }, 'RequestTooLarge'],
  ['a 418, of which nobody has heard', { kind: 'status', status: 418 }, 'BadRequest'],
  ['a 422', { kind: 'status', status: 422 }, 'Unprocessable'],
  ['a 500', { kind: 'status', status: 500 }, 'ServerError'],
  ['a 502 with 300 KB of HTML', { kind: 'status', status: 502 }, 'ServerError'],
  ['a 503', { kind: 'status', status: 503 }, 'ServerError'],
  ['a 504', { kind: 'status', status: 504 }, 'ServerError'],
  ['a reset before the headers', { kind: 'reset-before-headers' }, 'ConnectionFailed'],
  ['a reset inside the answer', { kind: 'reset-in-body' }, 'ConnectionFailed'],
  ['an answer that ends politely in its middle', { kind: 'clean-end' }, 'MalformedAnswer'],
  ['an error in place of a stream', { kind: 'stream-error' }, 'Overloaded'],
  ['cut JSON with 200', { kind: 'malformed-json' }, 'MalformedAnswer'],
  ['an empty object with 200', { kind: 'empty-object' }, 'MalformedAnswer'],
  ['an HTML page with 200', { kind: 'html' }, 'MalformedAnswer'],
  ['an HTML page with 200 that says it is JSON', { kind: 'body', body: '<html></html>' }, 'MalformedAnswer'],
  ['null with 200', { kind: 'body', body: 'null' }, 'MalformedAnswer'],
];

describe.each([
  ['whole', 1_000],
  ['streamed', 2_000],
])('the error table, over HTTP, for answers that come %s', (_, maxTokens) => {
  it.each(rows)('makes of %s what the table says, after one call', async (_, fault, type) => {
    const { model, ask } = await openDesk({ script: [{ fault }] });
    const failure = await failureOf(ask({ request: { maxTokens } }));
    expect(failure.type).toBe(type);
    expect(failure.nonRetryable).toBe(failureTypes[type] === 'final');
    expect(failure.message.length).toBeLessThanOrEqual(2_048);
    expect(failure.cause).toBeUndefined();
    expect(model.total).toBe(1);
    const throttled = type === 'RateLimited' ? 1 : 0;
    expect(ledgerOf(failure)).toMatchObject({ attempts: 1 - throttled, throttled });
    expect(failure.category === ApplicationFailureCategory.BENIGN).toBe(throttled === 1);
    expect(failure.nextRetryDelay === undefined || failure.nextRetryDelay === null).toBe(failure.nonRetryable);
  });

  it.each([
    ['overloaded_error', 'Overloaded'],
    ['rate_limit_error', 'RateLimited'],
    ['api_error', 'ServerError'],
    ['nobody_knows_error', 'Unexpected'],
  ] as const)('knows %s inside a stream, where there is no status', (kind, type) => {
    const body = { type: 'error', error: { type: kind, message: 'no' } };
    expect(classify(new APIError(undefined, body, undefined, undefined))).toBe(type);
  });

  it('finds nothing to connect to, and says why', async () => {
    const { model, ask } = await openDesk();
    await model.stop();
    const failure = await failureOf(ask());
    expect(failure.type).toBe('ConnectionFailed');
    expect(failure.message).toContain('ECONNREFUSED');
  });

  it('says what the API said, and which request it was', async () => {
    const { ask } = await openDesk({
      script: [{ fault: { kind: 'status', status: 400, message: 'max_tokens: too many' } }],
    });
    expect((await failureOf(ask())).message).toBe('400 invalid_request_error: max_tokens: too many (req_offline_1)');
  });

  it('names the title of a page instead of quoting it', async () => {
    const { ask } = await openDesk({ script: [{ fault: { kind: 'status', status: 502 } }] });
    expect((await failureOf(ask())).message).toMatch(
      /^502, and an HTML page of 3\d{5} characters, titled "502 Bad Gateway"$/,
    );
  });

  it('tries what nobody thought of again, and counts it', async () => {
    const offlineModelUrl = async (): Promise<string> => {
      throw new RangeError('a programming error');
    };
    const { ask } = await openDesk({}, { offlineModelUrl });
    const first = await failureOf(ask({ offline: true }));
    expect(first).toMatchObject({ type: 'Unexpected', message: 'a programming error', nonRetryable: false });
    const last = await failureOf(ask({ offline: true, attempts: 1 }));
    expect(last).toMatchObject({ type: 'AttemptsExhausted', nonRetryable: true });
  });
});

describe('what fails before a call', () => {
  it('refuses a paid call without a key', async () => {
    const { model, ask } = await openDesk({}, { api: undefined });
    expect(await failureOf(ask())).toMatchObject({ type: 'NoApiKey', nonRetryable: true });
    expect(model.total).toBe(0);
  });

  it('asks the offline model without a key, and never with ours', async () => {
    const { model, ask } = await openDesk({ apiKey: 'offline' }, { api: undefined });
    await expect(ask({ offline: true }).answer).resolves.toMatchObject({ status: 'ok' });
    const withKey = await openDesk({ apiKey: 'offline' });
    await expect(withKey.ask({ offline: true }).answer).resolves.toMatchObject({ status: 'ok' });
    expect([model.total, withKey.model.total]).toEqual([1, 1]);
  });

  it('refuses a document that is not in the store', async () => {
    const { model, ask } = await openDesk();
    const document = { sha256: 'a'.repeat(64), bytes: 3 };
    expect(await failureOf(ask({ request: { document } }))).toMatchObject({
      type: 'DocumentMissing',
      nonRetryable: true,
    });
    expect(model.total).toBe(0);
  });

  it('refuses a schema that the API cannot honour', async () => {
    const { model, ask } = await openDesk();
    const outputSchema = { type: 'object', properties: { any: {} }, additionalProperties: false };
    const failure = await failureOf(ask({ request: { outputSchema } }));
    expect(failure).toMatchObject({ type: 'UnsupportedSchema', nonRetryable: true });
    expect(failure.message).toContain('at `any`');
    expect(model.total).toBe(0);
  });

  it('refuses a call that could be tried for ever', async () => {
    const { model, ask } = await openDesk();
    expect(await failureOf(ask({ attempts: undefined as never }))).toMatchObject({
      type: 'BadInput',
      nonRetryable: true,
    });
    expect(model.total).toBe(0);
  });
});

describe('the key', () => {
  it.each<[string, Fault]>([
    ['an error message', { kind: 'status', status: 400, message: `You sent Bearer ${key}, and ${key}` }],
    ['what is no JSON', { kind: 'body', body: key }],
    [
      'a message that is cut inside it',
      { kind: 'status', status: 500, message: `${'x'.repeat(1_991)}${key}${'x'.repeat(99)}` },
    ],
    ['an answer that is no message', { kind: 'body', body: JSON.stringify({ type: key }) }],
    ['a key that is not ours', { kind: 'status', status: 400, message: 'sk-ant-api03-somebody-elses' }],
  ])('does not get on the record through %s', async (_, fault) => {
    const { ask } = await openDesk({ script: [{ fault }] });
    const failure = await failureOf(ask());
    const { message, stack, cause, details } = failure;
    const record = JSON.stringify({ message, stack, cause, details });
    expect(record).not.toMatch(/sk-ant|canary/);
  });

  it.each([`${key}\n${key}`, `${key}—`])('does not get on the record when HTTP cannot carry it', async (apiKey) => {
    const { ask, model } = await openDesk({}, { api: { apiKey, baseURL: 'http://127.0.0.1:1' } });
    const failure = await failureOf(ask());
    expect(failure.message).not.toBe('');
    expect(`${failure.message}${failure.stack}`).not.toContain('canary');
    expect(model.total).toBe(0);
  });

  it('is taken out of an answer that echoes it', async () => {
    const { ask } = await openDesk({ script: [{ fault: { kind: 'answer', text: `Your header said ${key}.` } }] });
    expect(await ask().answer).toMatchObject({ status: 'ok', output: { inline: 'Your header said [redacted].' } });
  });
});
