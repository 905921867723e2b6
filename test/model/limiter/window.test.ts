import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { open } from './one-window.js';

describe('the calls at once', () => {
  it('are never more than the ceiling, nor less than one (ConcurrencyWindow-1)', () => {
    const capped = open({ ceiling: 3 });
    expect(capped.window.cap).toBe(3);
    capped.pass(5_000);
    capped.answer(5);
    expect(capped.window.cap).toBe(3);
    expect(capped.window.msUntilGrowth()).toBe(Infinity);
    capped.window.collapse(capped.now());
    capped.window.resume(7, capped.now());
    expect(capped.window.cap).toBe(3);
    const { window, refuse, now } = open();
    for (let count = 0; count < 20; count += 1) refuse(0);
    for (let count = 0; count < 20; count += 1) window.slowDown(window.epoch, 0.1, now());
    expect([window.cap, window.learned]).toEqual([1, 1]);
  });

  it('double in each second before the first refusal, and no faster', () => {
    const { window, pass } = open();
    const caps = [1, 2, 3, 4].map(() => (pass(1_000), window.cap));
    for (const [at, cap] of caps.entries()) {
      expect((cap + 1) / 2 ** (at + 3)).toBeGreaterThan(0.93);
      expect(cap / 2 ** (at + 3)).toBeLessThanOrEqual(1);
    }
  });

  it('double four times a second once headers have shown room, but not where growth itself is limited', () => {
    const { window, pass } = open();
    window.told();
    pass(1_000);
    expect(window.cap).toBeGreaterThan(54);
    expect(window.cap).toBeLessThanOrEqual(64);
    const limited = open();
    limited.window.told();
    limited.window.rampSlower(limited.now());
    limited.pass(4_000);
    expect(limited.window.cap).toBeLessThanOrEqual(8);
    const refused = open({ firstCap: 64 });
    refused.window.told();
    refused.refuse(64);
    refused.window.collapse(refused.now());
    refused.window.resume(0, refused.now());
    refused.pass(1_000);
    expect(refused.window.cap, 'after a refusal it is careful').toBeLessThanOrEqual(2);
  });

  it('grow by what is used: a fifth may stand free, no more (ConcurrencyWindow-3)', () => {
    const { window, pass, use } = open();
    pass(10_000, 10);
    expect(window.cap).toBe(13);
    expect(window.msUntilGrowth()).toBe(Infinity);
    use(11);
    expect(window.msUntilGrowth()).toBeLessThan(1_000);
    const idle = open();
    idle.pass(60_000, 0);
    idle.answer(20);
    expect(idle.window.cap).toBe(4);
  });

  it('grow by a second’s worth after a silence, however long it was', () => {
    const { window, use, skip } = open({ firstCap: 4 });
    use(100);
    skip(60_000);
    use(100);
    expect(window.cap).toBeLessThanOrEqual(8);
    expect(window.cap).toBeGreaterThan(4);
  });

  it('grow just when it is said that they will, so that who waits is not left waiting', () => {
    const scenario = fc.record({
      firstCap: fc.integer({ min: 1, max: 60 }),
      refusals: fc.array(fc.record({ admitted: fc.nat(80), ms: fc.nat(5_000) }), { maxLength: 4 }),
      collapses: fc.boolean(),
    });
    fc.assert(
      fc.property(scenario, ({ firstCap, refusals, collapses }) => {
        const { window, pass, refuse, now, skip, use } = open({ firstCap, ceiling: 90 });
        window.told();
        for (const { admitted, ms } of refusals) {
          refuse(admitted);
          pass(ms);
        }
        if (collapses) {
          window.collapse(now());
          window.resume(0, now());
        }
        for (let step = 0; step < 20; step += 1) {
          use();
          const { cap } = window;
          const ms = window.msUntilGrowth();
          if (ms === Infinity) return;
          expect(ms).toBeGreaterThan(0);
          // What is more than a second away is come to by looking each second.
          for (let left = ms; left > 0; left -= 1_000) {
            skip(Math.min(left, 1_000));
            use(cap);
          }
          expect(window.cap).toBeGreaterThanOrEqual(Math.min(cap + 1, window.learned));
          expect(window.cap - cap, 'no sooner than that').toBeLessThanOrEqual(2);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('are held for the time in which they would have grown to where they begin, unless headers show room', () => {
    const held = open({ firstCap: 16 });
    held.pass(1_990);
    expect(held.window.cap).toBe(16);
    held.pass(500);
    expect(held.window.cap).toBeGreaterThan(16);
    const told = open({ firstCap: 16 });
    told.use();
    told.window.told();
    told.pass(250);
    expect(told.window.cap).toBeGreaterThan(28);
    const small = open({ firstCap: 2 });
    small.pass(1_000);
    expect(small.window.cap).toBeGreaterThanOrEqual(3);
    // The time counts from the first call, not from the start of the process.
    const late = open({ firstCap: 16 });
    late.pass(60_000, 0);
    late.pass(1_990);
    expect(late.window.cap).toBe(16);
  });

  it('make room for one more with each answer until the first refusal', () => {
    const { window, answer, use, refuse } = open();
    use();
    answer(1);
    expect(window.cap).toBe(5);
    use();
    answer(5);
    expect(window.cap).toBe(7);
    refuse(6);
    const { cap } = window;
    answer(3);
    expect(window.cap).toBe(cap);
  });

  it('make none where the API limits growth itself', () => {
    const { window, answer, use, now } = open();
    use();
    window.rampSlower(now());
    answer(5);
    expect(window.cap).toBe(4);
  });
});

describe('a pause', () => {
  it('begins anew with one call, doubles to half of what was, and goes on step by step', () => {
    const { window, pass, now } = open({ firstCap: 64 });
    pass(10);
    window.collapse(now());
    expect(window.learned).toBe(64);
    window.resume(0, now());
    expect([window.cap, window.learned]).toEqual([1, 64]);
    pass(2_000);
    expect(window.cap).toBeLessThanOrEqual(4);
    expect(window.cap).toBeGreaterThanOrEqual(3);
    pass(3_100);
    const half = window.cap;
    expect(half).toBeGreaterThanOrEqual(31);
    expect(half).toBeLessThanOrEqual(34);
    pass(1_000);
    expect(window.cap - half).toBeLessThanOrEqual(9);
    expect(window.cap - half).toBeGreaterThanOrEqual(6);
  });

  it('that comes with a refusal goes by what was before the refusal, which counts once', () => {
    const { window, pass, now, refuse } = open({ firstCap: 64 });
    pass(10);
    refuse(64);
    window.collapse(now());
    window.resume(0, now());
    pass(5_000);
    expect(window.cap).toBeGreaterThanOrEqual(31);
    const later = open({ firstCap: 64 });
    later.pass(10);
    later.refuse(64);
    later.skip(1);
    later.window.collapse(later.now());
    later.window.resume(0, later.now());
    later.pass(4_800);
    // 54 were left: half of them are 27.
    expect(later.window.cap).toBeLessThanOrEqual(29);
  });

  it('makes room beside calls that are still in flight, and takes no time for growth', () => {
    const { window, pass, now, skip } = open({ firstCap: 64 });
    pass(10);
    window.collapse(now());
    skip(30_000);
    window.resume(5, now());
    window.use(6, now());
    expect(window.cap).toBe(6);
  });
});

describe('growth that the API limits', () => {
  const doubledAfter = ({ window, pass }: ReturnType<typeof open>) => {
    const from = window.cap;
    for (let ms = 100; ; ms += 100) {
      pass(100);
      if (window.cap >= 2 * from || ms > 200_000) return ms;
    }
  };

  it('is four times as slow, then sixteen times, and doubles in half a minute at the slowest', () => {
    const [once, twice, often] = [1, 2, 9].map((times) => {
      const opened = open({ firstCap: 20 });
      opened.pass(2_500);
      for (let count = 0; count < times; count += 1) opened.window.rampSlower(opened.now());
      return doubledAfter(opened);
    });
    expect(once! / 4_000).toBeCloseTo(1, 1);
    expect(twice! / 16_000).toBeCloseTo(1, 1);
    expect(often! / 30_000).toBeCloseTo(1, 1);
  });

  it('is as usual after ten minutes without another word', () => {
    const opened = open({ firstCap: 4 });
    opened.pass(10);
    opened.window.rampSlower(opened.now());
    opened.pass(599_000, 3);
    expect(opened.window.msUntilGrowth()).toBe(Infinity);
    opened.use();
    expect(opened.window.msUntilGrowth()).toBeGreaterThan(1_000);
    opened.pass(1_100, 3);
    opened.use();
    expect(opened.window.msUntilGrowth()).toBeLessThan(1_000);
    const { cap } = opened.window;
    opened.answer(1);
    expect(opened.window.cap).toBe(cap + 1);
  });
});

describe('the calls at once of a second from now', () => {
  it('are twice those of now while they double, and never beyond what is known', () => {
    const { window, refuse, pass } = open({ ceiling: 30, firstCap: 10 });
    expect(window.soon).toBe(20);
    expect(open({ ceiling: 15, firstCap: 10 }).window.soon).toBe(15);
    window.told();
    expect(window.soon).toBe(30);
    pass(10);
    refuse(10);
    expect(window.soon, 'they no longer double').toBe(window.cap);
    pass(20_000);
    expect(window.soon).toBe(10);
  });

  it('are those that a pause has left to be taken up again', () => {
    const { window, pass, now, refuse } = open({ firstCap: 64 });
    pass(10);
    refuse(3);
    window.collapse(now());
    window.resume(0, now());
    expect(window.soon).toBe(2);
    pass(1_000);
    expect(window.soon).toBeLessThanOrEqual(3);
    expect(window.learned).toBe(3);
  });
});
