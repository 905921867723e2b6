import Anthropic from '@anthropic-ai/sdk';
import { expect, it } from 'vitest';
import type { Fault } from '../src/index.js';
import { asking, start } from './start.js';

async function failure(fault: Fault): Promise<InstanceType<typeof Anthropic.APIError>> {
  const { client } = await start({ script: [{ fault }] });
  const error: unknown = await client.messages.create(asking('Hi')).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Anthropic.APIError);
  return error as InstanceType<typeof Anthropic.APIError>;
}

it.each<[Fault, new (...parts: never[]) => unknown, number, string]>([
  [{ kind: 'rate-limit' }, Anthropic.RateLimitError, 429, 'rate_limit_error'],
  [{ kind: 'ramp-limit', retryAfter: 2 }, Anthropic.RampLimitExceededError, 429, 'rate_limit_error'],
  [{ kind: 'spend-limit' }, Anthropic.EnforcedSpendLimitReachedError, 429, 'rate_limit_error'],
  [{ kind: 'spend-limit', limit: 'contract' }, Anthropic.ContractSpendLimitReachedError, 429, 'rate_limit_error'],
  [{ kind: 'spend-limit', limit: 'workspace' }, Anthropic.BadRequestError, 400, 'invalid_request_error'],
  [{ kind: 'overloaded' }, Anthropic.OverloadedError, 529, 'overloaded_error'],
  [{ kind: 'status', status: 400 }, Anthropic.BadRequestError, 400, 'invalid_request_error'],
  [{ kind: 'status', status: 401 }, Anthropic.AuthenticationError, 401, 'authentication_error'],
  [{ kind: 'status', status: 402 }, Anthropic.PaymentRequiredError, 402, 'billing_error'],
  [{ kind: 'status', status: 403 }, Anthropic.PermissionDeniedError, 403, 'permission_error'],
  [{ kind: 'status', status: 404 }, Anthropic.NotFoundError, 404, 'not_found_error'],
  [{ kind: 'status', status: 408 }, Anthropic.RequestTimeoutError, 408, 'invalid_request_error'],
  [{ kind: 'status', status: 409 }, Anthropic.ConflictError, 409, 'conflict_error'],
  [{ kind: 'status', status: 413 }, Anthropic.ContentTooLargeError, 413, 'request_too_large'],
  [{ kind: 'status', status: 422 }, Anthropic.UnprocessableEntityError, 422, 'invalid_request_error'],
  [{ kind: 'status', status: 500 }, Anthropic.InternalServerError, 500, 'api_error'],
  [{ kind: 'status', status: 502, htmlBytes: 10 }, Anthropic.InternalServerError, 502, ''],
  [{ kind: 'status', status: 503 }, Anthropic.ServiceUnavailableError, 503, 'api_error'],
  [{ kind: 'status', status: 504 }, Anthropic.GatewayTimeoutError, 504, 'timeout_error'],
])('%o becomes the error class of the SDK', async (fault, errorClass, status, type) => {
  const error = await failure(fault);
  expect(error).toBeInstanceOf(errorClass);
  expect(error.status).toBe(status);
  expect(error.type ?? '').toBe(type);
  expect(error.requestID).toMatch(/^req_/);
});

it('names the spend limit in the words of the API', async () => {
  expect((await failure({ kind: 'spend-limit', limit: 'workspace' })).message).toContain(
    'You have reached your specified API usage limits',
  );
});

it('sends Retry-After in seconds, as a date, as whatever it is told, or not at all', async () => {
  const header = async (fault: Fault) => (await failure(fault)).headers?.get('retry-after');
  expect(await header({ kind: 'rate-limit', retryAfter: 1 })).toBe('1');
  expect(await header({ kind: 'overloaded', retryAfter: 'soon' })).toBe('soon');
  expect(await header({ kind: 'rate-limit' })).toBeNull();
  const before = Date.now();
  const date = Date.parse((await header({ kind: 'rate-limit', retryAfter: { dateInSeconds: 5 } })) ?? '');
  expect(date).toBeGreaterThanOrEqual(before + 5_000);
});

it('sends 300 KB of HTML with a 502', async () => {
  const error = await failure({ kind: 'status', status: 502 });
  expect(error.message.length).toBeGreaterThanOrEqual(300_000);
  expect(error.message).toContain('<!DOCTYPE html>');
});

it('takes nothing from the limits and costs nothing', async () => {
  const { client, model } = await start({
    limits: { requestsPerMinute: 1 },
    script: [{ times: 1, fault: { kind: 'overloaded' } }],
  });
  await expect(client.messages.create(asking('Hi'))).rejects.toMatchObject({ status: 529 });
  await client.messages.create(asking('Hi'));
  expect(model.calls.map(({ status, usage, fault }) => [status, usage !== null, fault])).toEqual([
    [529, false, 'overloaded'],
    [200, true, null],
  ]);
});
