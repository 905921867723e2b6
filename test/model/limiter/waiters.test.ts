import { describe, expect, it } from 'vitest';

import type { Share } from '../../../src/contract/priority.js';
import { Waiters } from '../../../src/model/limiter/waiters.js';

interface Ask {
  name: string;
  share?: Share;
  counts?: boolean;
}

/** A queue, what became of whoever waited in it, and how often somebody left it by himself. */
function open() {
  const waiters = new Waiters<Ask, string>(
    ({ share }) => share,
    ({ counts = false }) => counts,
  );
  const ends: string[] = [];
  let left = 0;
  const join = (ask: Ask, signal?: AbortSignal) => {
    waiters
      .join(ask, signal, () => void (left += 1))
      .then(
        (granted) => void ends.push(`${ask.name}: ${granted}`),
        (reason: Error) => void ends.push(`${ask.name}: ${reason.message}`),
      );
  };
  return { waiters, ends, join, left: () => left, settled: () => new Promise((resolve) => void setImmediate(resolve)) };
}

const share = (key: string, priority?: number): Share => ({ key, priority });

describe('those who wait', () => {
  it('are granted what they ask for in order of arrival, once each (Waiters-2)', async () => {
    const { waiters, ends, join, settled } = open();
    for (const name of ['a', 'b', 'c']) join({ name });
    expect([waiters.size, waiters.first?.name]).toEqual([3, 'a']);
    waiters.grantFirst('1');
    waiters.grantFirst('2');
    expect([waiters.size, waiters.first?.name]).toEqual([1, 'c']);
    waiters.grantFirst('3');
    waiters.grantFirst('4');
    await settled();
    expect(ends).toEqual(['a: 1', 'b: 2', 'c: 3']);
    expect([waiters.size, waiters.first]).toEqual([0, undefined]);
  });

  it('take turns by share, whatever waits in each', () => {
    const { waiters, join } = open();
    for (const name of ['a1', 'a2', 'a3']) join({ name, share: share('a') });
    join({ name: 'b1', share: share('b') });
    join({ name: 'urgent', share: share('a', 1) });
    const order: (string | undefined)[] = [];
    for (let each = 0; each < 5; each += 1) {
      order.push(waiters.first?.name);
      waiters.grantFirst('');
    }
    expect(order).toEqual(['urgent', 'a1', 'b1', 'a2', 'a3']);
  });

  it('wait in one line by default, and none of them counts', () => {
    const waiters = new Waiters<string, void>();
    void waiters.join('a', undefined, () => {});
    void waiters.join('b', undefined, () => {});
    expect([waiters.first, waiters.size, waiters.counted]).toEqual(['a', 2, 0]);
  });

  it('are counted where they count, until they leave in whatever way', async () => {
    const { waiters, join, settled } = open();
    const abort = new AbortController();
    join({ name: 'a', counts: true });
    join({ name: 'b', counts: true }, abort.signal);
    join({ name: 'c' });
    join({ name: 'd', counts: true, share: share('d') });
    expect(waiters.counted).toBe(3);
    waiters.grantFirst('');
    expect(waiters.counted).toBe(2);
    abort.abort(new Error('no longer'));
    expect(waiters.counted).toBe(1);
    waiters.refuse(({ name }) => (name === 'd' ? new Error('no') : undefined));
    expect([waiters.counted, waiters.size, waiters.first?.name]).toEqual([0, 1, 'c']);
    await settled();
  });

  it('leave at once when they are aborted, with the reason, and say so (Waiters-1)', async () => {
    const { waiters, ends, join, left, settled } = open();
    const abort = new AbortController();
    join({ name: 'a' }, abort.signal);
    join({ name: 'b' });
    abort.abort(new Error('no longer wanted'));
    expect([waiters.size, waiters.first?.name, left()]).toEqual([1, 'b', 1]);
    waiters.grantFirst('1');
    await settled();
    expect(ends).toEqual(['a: no longer wanted', 'b: 1']);
  });

  it('take no notice of an abort once they were granted or refused', async () => {
    const { waiters, ends, join, left, settled } = open();
    const abort = new AbortController();
    join({ name: 'a' }, abort.signal);
    join({ name: 'b', share: share('b') }, abort.signal);
    waiters.grantFirst('1');
    waiters.refuse(() => new Error('no'));
    abort.abort(new Error('no longer wanted'));
    await settled();
    expect([ends, waiters.size, left()]).toEqual([['a: 1', 'b: no'], 0, 0]);
  });

  it('are refused where there is a reason, all of them in one go, and others wait on', async () => {
    const { waiters, ends, join, settled } = open();
    for (const name of ['a', 'b', 'c', 'd']) join({ name, share: share(name > 'b' ? 'late' : 'early') });
    waiters.refuse(({ name }) => (name === 'b' ? undefined : new Error('no')));
    await settled();
    expect(ends).toEqual(['a: no', 'c: no', 'd: no']);
    expect([waiters.size, waiters.first?.name]).toEqual([1, 'b']);
  });

  it('of a share that comes again are where others of it are', () => {
    const { waiters, join } = open();
    join({ name: 'a', share: share('one') });
    waiters.grantFirst('');
    join({ name: 'b', share: share('one') });
    join({ name: 'c', share: share('one') });
    expect([waiters.size, waiters.first?.name]).toEqual([2, 'b']);
    waiters.grantFirst('');
    expect(waiters.first?.name).toBe('c');
  });
});
