import { describe, expect, it, vi } from 'vitest';

import { Hedges, race } from '../../../src/model/call/hedge.js';
import type { ModelMessage } from '../../../src/model/call/message.js';

const run = 'run';

/** Hedges by whose siblings every call is slow at once. */
function hasty(now?: () => number): Hedges {
  const hedges = new Hedges(now);
  for (let sibling = 0; sibling < 5; sibling += 1) hedges.answered(run, 1);
  return hedges;
}

function message(text: string): ModelMessage {
  return { text } as ModelMessage;
}

/** What is told to leave at once when the race is over, as a call over a socket is. */
function endedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('cut')), { once: true }));
}

function raceOf(
  calls: {
    first: (signal: AbortSignal) => Promise<ModelMessage>;
    second: (signal: AbortSignal) => Promise<ModelMessage>;
  },
  { hedges = hasty(), isProper = ({ text }: ModelMessage) => text === 'proper', maySecond = (): boolean => true } = {},
): Promise<ModelMessage> {
  return race({
    hedges,
    run,
    signal: new AbortController().signal,
    isProper,
    maySecond,
    call: (signal, isSecond) => (isSecond ? calls.second(signal) : calls.first(signal)),
  });
}

describe('a race of two calls', () => {
  it('is not won by an answer that is not proper: the other call goes on', async () => {
    let answered = () => {};
    const secondAnswered = new Promise<void>((resolve) => (answered = resolve));
    const winner = await raceOf({
      first: async () => {
        await secondAnswered;
        await new Promise((resolve) => setTimeout(resolve, 20));
        return message('proper');
      },
      second: async () => {
        answered();
        return message('improper');
      },
    });
    expect(winner.text).toBe('proper');
  });

  it('has the improper answer of the first where neither is proper', async () => {
    const winner = await raceOf({
      first: slowly('improper of the first'),
      second: async () => message('of the second'),
    });
    expect(winner.text).toBe('improper of the first');
  });

  it('cuts the loser, and has no call open when it is over (Hedge-2)', async () => {
    const cut = vi.fn<() => void>();
    await raceOf({
      first: (signal) => endedBy(signal).finally(cut),
      second: async () => message('proper'),
    });
    expect(cut).toHaveBeenCalledOnce();
  });

  it('puts back the share of a second call that could not leave, and tries again', async () => {
    const second = vi
      .fn<(signal: AbortSignal) => Promise<ModelMessage>>()
      .mockRejectedValueOnce(Object.assign(new Error('full'), { name: 'TurnedAway' }))
      .mockRejectedValueOnce(Object.assign(new Error('full'), { name: 'TurnedAway' }))
      .mockResolvedValueOnce(message('proper'));
    const winner = await raceOf({ first: endedBy, second });
    expect([winner.text, second.mock.calls.length]).toEqual(['proper', 3]);
  });

  it('takes a share for a second call that left, whatever came of it', async () => {
    const hedges = hasty();
    const left = gate();
    const second = async () => {
      left.open();
      throw new Error('reset');
    };
    const winner = await raceOf({ first: () => left.opened.then(() => message('proper')), second }, { hedges });
    expect([winner.text, hedges.take(run)]).toEqual(['proper', false]);
  });

  it('throws what the first call threw where the second has no proper answer', async () => {
    const left = gate();
    const second = async () => {
      left.open();
      return message('improper');
    };
    const first = () => left.opened.then(() => Promise.reject(new Error('reset')));
    await expect(raceOf({ first, second })).rejects.toThrow('reset');
  });

  it.each([
    { what: 'a call that is as fast as its siblings', hedges: () => hasty(() => 0) },
    { what: 'a call whose siblings are not known', hedges: () => new Hedges() },
    { what: 'what cannot be paid for', hedges: () => hasty(), maySecond: () => false },
  ])('makes no second call beside $what', async ({ hedges, maySecond }) => {
    const second = vi.fn<() => Promise<ModelMessage>>(async () => message('proper'));
    // Longer than two looks, at least.
    const calls = { first: slowly('improper'), second };
    expect((await raceOf(calls, { hedges: hedges(), ...(maySecond && { maySecond }) })).text).toBe('improper');
    expect(second).not.toHaveBeenCalled();
  });

  it('makes no second call where the first has ended, well or not', async () => {
    const second = vi.fn<() => Promise<ModelMessage>>(async () => message('proper'));
    expect((await raceOf({ first: async () => message('improper'), second })).text).toBe('improper');
    await expect(raceOf({ first: () => Promise.reject(new Error('reset')), second })).rejects.toThrow('reset');
    expect(second).not.toHaveBeenCalled();
  });

  it('counts for the share of second calls, and how long its answer took for what is slow', async () => {
    let now = 0;
    const hedges = new Hedges(() => now);
    const first = async () => {
      now += 10;
      return message('proper');
    };
    for (let calls = 0; calls < 20; calls += 1) await raceOf({ first, second: endedBy }, { hedges });
    expect(hedges.slowAfterMs(run)).toBe(15);
    expect([1, 2, 3].map(() => hedges.take(run))).toEqual([true, true, false]);
  });
});

describe('what is slow', () => {
  const after = (latencies: readonly number[]) => {
    const hedges = new Hedges();
    for (const ms of latencies) hedges.answered(run, ms);
    return hedges.slowAfterMs(run);
  };

  it('is known from the fifth answer of a sibling on: half as long again as three quarters of them', () => {
    expect(after([50, 10, 40, 20])).toBeUndefined();
    expect(after([50, 10, 40, 20, 30])).toBe(60);
    expect(after([50, 10, 40, 20, 30, 100, 9, 8])).toBe(60);
  });

  it('is known by the last 200 answers', () => {
    expect(after([...Array(51).fill(1_000), ...Array(150).fill(10)])).toBe(15);
    expect(after([...Array(51).fill(1_000), ...Array(149).fill(10)])).toBe(1_500);
    expect(after([10, ...Array(50).fill(1_000), ...Array(149).fill(10)])).toBe(15);
  });

  it('is known of the hundred runs that came last', () => {
    const hedges = new Hedges();
    for (let sibling = 0; sibling < 5; sibling += 1) hedges.answered(run, 10);
    for (let other = 1; other < 100; other += 1) hedges.began(`other-${other}`);
    expect(hedges.slowAfterMs(run)).toBe(15);
    hedges.began('one more');
    expect(hedges.slowAfterMs(run)).toBeUndefined();
    expect(hedges.slowAfterMs('one more')).toBeUndefined();
  });
});

describe('the share of second calls', () => {
  it('is a tenth of the first ones, and one at least; one that did not leave is put back', () => {
    const hedges = new Hedges();
    expect([1, 2].map(() => hedges.take(run))).toEqual([true, false]);
    for (let calls = 0; calls < 29; calls += 1) hedges.began(run);
    expect([1, 2].map(() => hedges.take(run))).toEqual([true, false]);
    hedges.putBack(run);
    expect([1, 2].map(() => hedges.take(run))).toEqual([true, false]);
    hedges.began(run);
    expect([1, 2].map(() => hedges.take(run))).toEqual([true, false]);
  });
});

function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

function slowly(text: string, ms = 60): (signal: AbortSignal) => Promise<ModelMessage> {
  return async (signal) => {
    await Promise.race([new Promise((resolve) => setTimeout(resolve, ms)), endedBy(signal)]);
    return message(text);
  };
}
