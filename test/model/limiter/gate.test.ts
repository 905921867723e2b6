import { describe, expect, it } from 'vitest';

import { Gate } from '../../../src/model/limiter/gate.js';

const open = (random = 0.5) => new Gate(() => random);

describe('a pause that is asked for', () => {
  it('is kept to its end and a little longer at random: a quarter, 250 ms at least, 30 s at most (Gate-1)', () => {
    const waits = (ms: number, random: number) => {
      const gate = open(random);
      gate.close(ms, 'later', 1_000);
      return gate.msUntil(1_000);
    };
    expect([waits(8_000, 0), waits(8_000, 0.5), waits(8_000, 1)]).toEqual([8_000, 9_000, 10_000]);
    expect([waits(100, 0), waits(100, 1)]).toEqual([100, 350]);
    expect([waits(600_000, 0), waits(600_000, 1)]).toEqual([600_000, 630_000]);
  });

  it('gets shorter as time passes, and is over once', () => {
    const gate = open(0);
    expect(gate.close(5_000, 'later', 0)).toBe(true);
    expect(gate.state(4_999)).toEqual({ is: 'closed', until: 5_000, reason: 'later' });
    expect([0, 4_999, 5_000, 9_000].map((nowMs) => gate.msUntil(nowMs))).toEqual([5_000, 1, 0, 0]);
  });

  it('is made longer by another one, and never shorter', () => {
    const gate = open(0);
    gate.close(5_000, 'first', 0);
    expect(gate.close(1_000, 'shorter', 100)).toBe(false);
    expect(gate.state(100)).toMatchObject({ until: 5_000, reason: 'first' });
    gate.close(4_900, 'as long', 100);
    expect(gate.state(100)).toMatchObject({ until: 5_000, reason: 'first' });
    expect(gate.close(6_000, 'longer', 100)).toBe(false);
    expect(gate.state(100)).toMatchObject({ until: 6_100, reason: 'longer' });
  });
});

describe('after a pause', () => {
  const probing = () => {
    const gate = open(0);
    gate.close(5_000, 'later', 0);
    expect(gate.left(5_000)).toBe(true);
    return gate;
  };

  it('one call leaves alone, and others once it was not refused within a second (Gate-2)', () => {
    const gate = probing();
    expect(gate.state(5_000)).toEqual({ is: 'probing' });
    expect([5_000, 5_999].map((nowMs) => gate.msUntil(nowMs))).toEqual([1_000, 1]);
    expect(gate.state(5_999)).toEqual({ is: 'probing' });
    expect(gate.state(6_000)).toEqual({ is: 'open' });
    expect(gate.msUntil(6_000)).toBe(0);
    expect(gate.left(6_000)).toBe(false);
  });

  it('all may leave as soon as it is answered, and another one alone where it says nothing', () => {
    const answered = probing();
    answered.returned(true, 5_000);
    expect(answered.state(5_100)).toEqual({ is: 'open' });
    const failed = probing();
    failed.returned(false, 5_000);
    expect([failed.state(9_000).is, failed.msUntil(5_100)]).toEqual(['probing', 0]);
    expect(failed.left(5_100)).toBe(true);
    expect(failed.msUntil(5_100)).toBe(1_000);
  });

  it('a call that left before says nothing', () => {
    const gate = probing();
    gate.returned(true, 4_000);
    gate.returned(false, 4_000);
    expect([gate.state(5_100).is, gate.msUntil(5_100)]).toEqual(['probing', 900]);
  });

  it('all wait anew where that call is refused, and the call says nothing any more', () => {
    const gate = probing();
    expect(gate.close(2_000, 'again', 5_100)).toBe(false);
    expect(gate.state(7_000)).toEqual({ is: 'closed', until: 7_100, reason: 'again' });
    gate.returned(true, 5_000);
    expect(gate.state(7_000)).toMatchObject({ is: 'closed' });
    expect(gate.left(7_100)).toBe(true);
    expect(gate.msUntil(7_100)).toBe(1_000);
  });
});

describe('a gate that is shut', () => {
  const shut = () => {
    const gate = open(0);
    gate.shut('no money', 1_000);
    return gate;
  };

  it('says why, and lets a call ask each minute (Gate-3)', () => {
    const gate = shut();
    expect(gate.state(1_000_000)).toEqual({ is: 'shut', reason: 'no money' });
    expect([1_000, 60_999, 61_000, 90_000].map((nowMs) => gate.msUntil(nowMs))).toEqual([60_000, 1, 0, 0]);
    expect(gate.left(61_000)).toBe(true);
    expect(gate.msUntil(62_000), 'one').toBe(Infinity);
    expect(gate.state(500_000).is).toBe('shut');
    gate.shut('still none', 62_000);
    expect(gate.msUntil(62_000)).toBe(60_000);
    const key = open();
    key.shut('no such key', 0, 'Unauthenticated');
    expect(key.state(0)).toEqual({ is: 'shut', reason: 'no such key', type: 'Unauthenticated' });
  });

  it('opens where that call is answered; where it says nothing, another one may ask', () => {
    const answered = shut();
    answered.left(61_000);
    answered.returned(true, 61_000);
    expect(answered.state(61_000)).toEqual({ is: 'open' });
    const failed = shut();
    failed.left(61_000);
    failed.returned(false, 61_000);
    expect([failed.state(61_000).is, failed.msUntil(61_000)]).toEqual(['shut', 0]);
  });

  it('stays so whatever calls that left before are told, and asks no sooner than they were', () => {
    const gate = shut();
    expect(gate.close(5_000, 'later', 1_100)).toBe(false);
    expect([gate.state(1_100).is, gate.msUntil(1_100)]).toEqual(['shut', 59_900]);
    expect(gate.close(600_000, 'much later', 1_100)).toBe(false);
    expect([gate.state(1_100).is, gate.msUntil(1_100)]).toEqual(['shut', 600_000]);
    const paused = open(0);
    paused.close(600_000, 'later', 0);
    paused.shut('no money', 1_000);
    expect(paused.msUntil(1_000)).toBe(599_000);
  });

  it('is closed for a while where the call that asks is told to slow down', () => {
    const gate = shut();
    gate.left(61_000);
    expect(gate.close(5_000, 'later', 61_000)).toBe(false);
    expect(gate.state(61_000)).toEqual({ is: 'closed', until: 66_000, reason: 'later' });
  });
});
