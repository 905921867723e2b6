import { describe, expect, it } from 'vitest';

import { knowing, open } from './one-window.js';

describe('a refusal', () => {
  it('leaves 85 % of what was let in, and is one for the whole burst (ConcurrencyWindow-2)', () => {
    const { window, use, refuse } = open({ firstCap: 40 });
    use();
    const { epoch } = window;
    expect(refuse(39, epoch)).toBe(true);
    expect(window.cap).toBe(33);
    expect(refuse(38, epoch)).toBe(false);
    expect([window.learned, window.cap]).toEqual([38, 32]);
    // The last one of the burst sees how many are let in.
    for (let admitted = 37; admitted >= 20; admitted -= 1) refuse(admitted, epoch);
    expect([window.learned, window.cap]).toEqual([20, 17]);
    expect(refuse(30, epoch), 'what knows less says nothing').toBe(false);
    expect([window.learned, window.cap]).toEqual([20, 17]);
  });

  it('of an earlier burst says nothing of now', () => {
    const { window, use, refuse, pass } = open({ firstCap: 40 });
    use();
    const first = window.epoch;
    refuse(30, first);
    pass(2_000);
    refuse(29);
    pass(2_000);
    const before = [window.learned, window.cap];
    expect(refuse(3, first)).toBe(false);
    expect([window.learned, window.cap]).toEqual(before);
  });

  it('of before a slow-down or a pause says nothing of now either', () => {
    const { window, use, refuse, now } = open({ firstCap: 40 });
    use();
    const { epoch } = window;
    window.slowDown(epoch, 0.7, now());
    expect(window.cap).toBe(28);
    expect(refuse(5, epoch)).toBe(false);
    expect(window.slowDown(epoch, 0.7, now())).toBe(false);
    expect(window.cap).toBe(28);
    window.collapse(now());
    expect(refuse(5, epoch + 1)).toBe(false);
    expect(window.cap).toBe(28);
  });

  it('of before a later cut says nothing of the level that is known', () => {
    const { window, use, refuse, now } = open({ firstCap: 40 });
    use();
    const first = window.epoch;
    refuse(39, first);
    const second = window.epoch;
    expect(window.slowDown(second, 0.7, now())).toBe(true);
    for (const epoch of [first, second]) refuse(5, epoch);
    expect([window.learned, window.cap]).toEqual([39, 23]);
  });

  it('a second after one halves', () => {
    const soon = open({ firstCap: 40 });
    soon.use();
    soon.refuse(40);
    soon.skip(999);
    soon.refuse(34);
    expect(soon.window.cap).toBe(17);
    const later = open({ firstCap: 40 });
    later.use();
    later.refuse(40);
    later.skip(1_000);
    later.refuse(34);
    expect(later.window.cap).toBe(28);
  });

  it('is forgotten step by step: a quarter of what is missing in a second, and one at least', () => {
    const { window, pass, refuse } = open({ firstCap: 200 });
    pass(10);
    refuse(200);
    expect(window.cap).toBe(170);
    pass(1_000);
    expect(window.cap).toBeGreaterThanOrEqual(176);
    expect(window.cap).toBeLessThanOrEqual(178);
    pass(120_000);
    expect(window.cap).toBe(200);
    const seldom = open({ firstCap: 200 });
    seldom.use();
    seldom.refuse(200);
    seldom.use();
    seldom.skip(1_000);
    seldom.use();
    expect(seldom.window.cap, 'however seldom somebody looks').toBeLessThanOrEqual(178);
    const small = open({ firstCap: 4 });
    small.pass(10);
    small.refuse(4);
    small.pass(1_000);
    expect(small.window.cap).toBe(4);
  });
});

describe('a level that was refused', () => {
  it.each([
    [2, 8],
    [10, 160],
    [40, 2_560],
    [100, 6_400],
  ])('of %d is tried again after %d answers, so that few are refused', (level, answers) => {
    const { window, answer, pass } = knowing(level);
    expect(window.cap).toBe(level);
    answer(answers - 1);
    pass(5_000);
    expect(window.cap).toBe(level);
    answer(1);
    pass(5_000);
    expect(window.cap).toBe(level + 1);
  });

  it('is not tried by answers to fewer calls than that', () => {
    const { window, answer, pass, refuse } = open({ firstCap: 41 });
    pass(10);
    refuse(40);
    expect(window.cap).toBe(34);
    answer(10_000);
    expect(window.learned).toBe(40);
    pass(20_000);
    answer(2_560);
    expect(window.learned).toBe(41);
  });

  it('is left behind in growing steps once it is there no longer: the calls at once grow again', () => {
    const { window, answer, pass } = knowing(10);
    const levels: number[] = [];
    answer(160);
    for (let step = 0; step < 22; step += 1) {
      levels.push(window.learned);
      pass(60_000);
      answer(window.learned);
    }
    // Sixteen steps of one, and then twice as many each time.
    expect(levels.slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, at) => 11 + at));
    expect(levels.slice(16)).toEqual([28, 32, 40, 56, 88, 152]);
    expect(window.cap).toBeGreaterThan(100);
  });

  it('costs little where it is found again by such a step', () => {
    const { window, answer, pass, refuse } = knowing(100);
    answer(6_400);
    pass(5_000);
    expect(window.cap).toBe(101);
    refuse(100);
    expect(window.cap).toBe(95);
    expect(window.learned).toBe(100);
  });

  it('costs as much as before where it is refused again and was not left behind', () => {
    const { window, refuse } = knowing(100);
    refuse(100);
    expect(window.cap).toBe(85);
  });

  it('makes room for others where it is elsewhere than before: they call, too', () => {
    const { window, answer, pass, refuse } = knowing(100);
    answer(6_400);
    pass(5_000);
    refuse(80);
    expect([window.learned, window.cap]).toEqual([76, 68]);
    pass(5_000);
    // About where it was.
    refuse(79);
    expect(window.learned).toBe(79);
  });
});
