import { getEventListeners } from 'node:events';

import { describe, expect, it } from 'vitest';

import { eitherSignal } from '../../src/network/index.js';

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

describe('a signal that follows others', () => {
  it.each([0, 1])('is aborted at once with the reason of whichever is first, here number %i', (which) => {
    const sources = [new AbortController(), new AbortController()];
    const { signal } = eitherSignal(...sources.map((source) => source.signal));
    expect(signal.aborted).toBe(false);
    sources[which]?.abort('first');
    sources[1 - which]?.abort('second');
    expect(signal.reason).toBe('first');
  });

  it('is aborted from the beginning where one of them is', () => {
    const other = new AbortController();
    const { signal } = eitherSignal(other.signal, AbortSignal.abort('before'));
    expect(signal.reason).toBe('before');
    expect(listeners(other.signal)).toBe(0);
  });

  it('follows no longer once it is let go, and leaves nothing behind', () => {
    const source = new AbortController();
    const many = Array.from({ length: 1_000 }, () => eitherSignal(source.signal, new AbortController().signal));
    // However many they are.
    expect(listeners(source.signal)).toBe(1);
    const [first, ...others] = many;
    for (const { letGo } of others) letGo();
    source.abort('late');
    expect(first?.signal.reason).toBe('late');
    expect(others.filter(({ signal }) => signal.aborted)).toEqual([]);
    first?.letGo();
    expect(listeners(source.signal)).toBe(0);
  });
});
