import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { expect, it, onTestFinished } from 'vitest';

import { outcomeOfFailure } from '../../../src/model/limiter/index.js';
import { startOfflineModel } from '@fanfold/offline-model';
import type { Fault } from '@fanfold/offline-model';

const reason = expect.stringMatching(/limit|threshold/i);

it.each<[Fault, object]>([
  [
    { kind: 'rate-limit', retryAfter: 7 },
    { is: 'throttled', kind: 'rate', retryAfterMs: 7_000, reason: expect.any(String) },
  ],
  [{ kind: 'rate-limit' }, { is: 'throttled', kind: 'rate', retryAfterMs: undefined }],
  [
    { kind: 'ramp-limit', retryAfter: 7 },
    { is: 'throttled', kind: 'ramp', retryAfterMs: 7_000 },
  ],
  [
    { kind: 'overloaded', retryAfter: 7 },
    { is: 'overloaded', retryAfterMs: 7_000 },
  ],
  [
    { kind: 'spend-limit', limit: 'enforced' },
    { is: 'spend-limit', reason },
  ],
  [
    { kind: 'spend-limit', limit: 'contract' },
    { is: 'spend-limit', reason },
  ],
  [
    { kind: 'spend-limit', limit: 'workspace' },
    { is: 'spend-limit', reason },
  ],
  [
    { kind: 'status', status: 401 },
    { is: 'key-refused', reason: expect.any(String) },
  ],
  [{ kind: 'status', status: 500 }, { is: 'failed' }],
  [{ kind: 'reset-before-headers' }, { is: 'failed' }],
])('reads %j as %j', async (fault, outcome) => {
  const model = await startOfflineModel({ script: [{ fault }] });
  onTestFinished(() => model.stop());
  const client = new Anthropic({ apiKey: 'test', authToken: null, baseURL: model.url, maxRetries: 0 });
  const failure: unknown = await client.messages
    .create({ model: 'claude-sonnet-5-5', max_tokens: 10, messages: [{ role: 'user', content: 'Hi' }] })
    .catch((error: unknown) => error);
  expect(outcomeOfFailure(failure, Date.now())).toMatchObject(outcome);
  const redacted = outcomeOfFailure(failure, Date.now(), () => '[redacted]');
  // What the API wrote may quote the key, whatever it refuses.
  if ('reason' in outcome) expect(redacted).toHaveProperty('reason', '[redacted]');
});

it('reads a refusal that says nothing, as a proxy may write it, as one without a reason', () => {
  const refusals = [undefined, {}, { error: { message: 7 } }].map((body) =>
    APIError.generate(429, body, undefined, new Headers()),
  );
  for (const refusal of refusals) {
    expect(outcomeOfFailure(refusal, 0)).toMatchObject({ is: 'throttled', kind: 'rate' });
    expect(outcomeOfFailure(refusal, 0)).not.toHaveProperty('reason');
  }
});
