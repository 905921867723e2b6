import { promiseHooks } from 'node:v8';

import { describe, expect, it } from 'vitest';

import { CompletionOrder } from '../../workflows/engine/completion-order.js';

/** How many promises Temporal would note the stack of: it asks the constructor of a promise's constructor for its workflow. */
async function noted(work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const stop = promiseHooks.createHook({
    init: (promise) => {
      const lookUp = promise.constructor.constructor as (code: string) => () => unknown;
      if (lookUp('return globalThis')() !== undefined) count += 1;
    },
  }) as () => void;
  try {
    await work();
  } finally {
    stop();
  }
  return count;
}

function ended(count: number): CompletionOrder<number> {
  const order = new CompletionOrder<number>();
  for (let item = 0; item < count; item += 1) order.add(item);
  order.end();
  return order;
}

describe('a list in order of arrival', () => {
  it('has Temporal note one promise for an item that is there, that of the loop itself', async () => {
    const seen: number[] = [];
    const count = await noted(async () => {
      for await (const item of ended(1_000)) seen.push(item);
    });
    expect(seen).toHaveLength(1_000);
    expect(count).toBeGreaterThanOrEqual(1_000);
    expect(count).toBeLessThan(1_020);
  });

  it('gives results that stay what they were, also where several are asked for at once', async () => {
    const iterator = ended(3)[Symbol.asyncIterator]();
    const first = await iterator.next();
    expect(first).toEqual({ done: false, value: 0 });
    const rest = await Promise.all([iterator.next(), iterator.next(), iterator.next()]);
    expect(rest).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
      { done: true, value: undefined },
    ]);
    expect(first).toEqual({ done: false, value: 0 });
    const next = iterator.next();
    expect(next.constructor).toBe(Promise);
    expect(next.then(({ done }) => done)).toBeInstanceOf(Promise);
  });

  it('waits for items to come, from the first for each who looks, and ends with the failure after them', async () => {
    const order = new CompletionOrder<string>();
    const listOf = async (into: string[]) => {
      for await (const item of order) into.push(item);
    };
    const [one, other]: [string[], string[]] = [[], []];
    const ends = [listOf(one)];
    order.add('a');
    await Promise.resolve();
    ends.push(listOf(other));
    order.add('b');
    order.fail(new Error('It is cut.'));
    const reasons = (await Promise.allSettled(ends)).map((end) => end.status === 'rejected' && String(end.reason));
    expect(reasons).toEqual(['Error: It is cut.', 'Error: It is cut.']);
    expect([one, other]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });
});
