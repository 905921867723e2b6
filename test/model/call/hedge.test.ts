import { describe, expect, it, vi } from 'vitest';

import { Hedges, race } from '../../../src/model/call/hedge.js';
import type { ModelMessage } from '../../../src/model/call/message.js';

const run = 'run';

/** Hedges by whose siblings every call is slow at once. */
function hasty(): Hedges {
  const hedges = new Hedges();
  for (let sibling = 0; sibling < 5; sibling += 1) hedges.answered(run, 0);
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
  { hedges = hasty(), isProper = ({ text }: ModelMessage) => text === 'proper' } = {},
): Promise<ModelMessage> {
  return race({
    hedges,
    run,
    signal: new AbortController().signal,
    isProper,
    maySecond: () => true,
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
    // Where no second call leaves, the first one ends the wait, with what nobody wants.
    const winner = await raceOf({ first: slowly('too slow', 400), second });
    expect([winner.text, second.mock.calls.length]).toEqual(['proper', 3]);
  });

  it('takes a share for a second call that left, whatever came of it', async () => {
    const hedges = hasty();
    await raceOf({ first: slowly('proper'), second: () => Promise.reject(new Error('reset')) }, { hedges });
    expect(hedges.take(run)).toBe(false);
  });
});

function slowly(text: string, ms = 60): (signal: AbortSignal) => Promise<ModelMessage> {
  return async (signal) => {
    await Promise.race([new Promise((resolve) => setTimeout(resolve, ms)), endedBy(signal)]);
    return message(text);
  };
}
