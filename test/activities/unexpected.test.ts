import { expect, it, vi } from 'vitest';

import { readAnswer } from '../../src/model/call/read-answer.js';
import { failureOf, ledgerOf, openDesk } from './asking.js';

vi.mock('../../src/model/call/read-answer.js', { spy: true });

it('a programming error after the answer came does not make anybody pay for it again', async () => {
  vi.mocked(readAnswer).mockImplementationOnce(() => {
    throw new RangeError('nobody thought of this');
  });
  const { ask } = await openDesk();
  const failure = await failureOf(ask());
  expect(failure).toMatchObject({ type: 'Unexpected', message: 'nobody thought of this', nonRetryable: true });
  expect(ledgerOf(failure).usage.outputTokens).toBeGreaterThan(0);
});
