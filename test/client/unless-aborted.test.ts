import { expect, it } from 'vitest';

import { unlessAborted } from '../../src/client/history.js';

it('leaves a call that goes on when the signal says so', async () => {
  const left = new AbortController();
  const call = unlessAborted(new Promise(() => {}), left.signal);
  left.abort(new Error('left'));
  await expect(call).rejects.toThrow('left');
});

it('begins no wait once the signal has said so', async () => {
  await expect(unlessAborted(new Promise(() => {}), AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
});

it('gives the answer of a call that ends first', async () => {
  const left = new AbortController();
  expect(await unlessAborted(Promise.resolve(7), left.signal)).toBe(7);
});
