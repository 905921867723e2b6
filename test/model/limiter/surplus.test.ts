import { describe, expect, it } from 'vitest';

import { full, open } from './lanes.js';

describe('what the lanes of a process have too much', () => {
  it('is what is beyond its calls at once once it has waited for 300 ms', async () => {
    const { clock, turns } = await full(299);
    expect(turns.surplus()).toBe(0);
    await clock.pass(1);
    expect(turns.surplus()).toBe(30);
  });

  it('is known for a second, until lanes have given it back', async () => {
    const { clock, turns, lanes } = await full(300);
    expect(turns.surplus()).toBe(30);
    for (const seat of lanes.slice(0, 2)) {
      seat.allowed = seat.wanted = 2;
      turns.gaveBack(8);
    }
    expect(turns.surplus()).toBe(14);
    for (const seat of lanes.slice(2)) {
      seat.allowed = seat.wanted = 3;
      turns.gaveBack(7);
    }
    expect(turns.surplus()).toBe(0);
    await clock.pass(5_000);
    expect(turns.surplus()).toBe(0);
  });

  it('is never more than what is allowed beyond the cap, though more was found', async () => {
    const { turns, now, lanes } = await full(300);
    expect(turns.surplus()).toBe(30);
    now.cap = 25;
    expect(turns.surplus()).toBe(15);
    lanes[0]!.allowed = 0;
    expect(turns.surplus()).toBe(5);
    now.cap = 100;
    expect(turns.surplus()).toBe(0);
  });

  it('is still there after a second where only some of it was given back', async () => {
    const { clock, turns, lane } = open();
    const seat = lane('a', 40);
    await clock.pass(300);
    expect(turns.surplus()).toBe(30);
    seat.allowed = seat.wanted = 30;
    turns.gaveBack(10);
    await clock.pass(1_000);
    expect(turns.surplus()).toBe(20);
  });

  it('is found anew where it was not given back within a second', async () => {
    const { clock, turns, now } = await full(300);
    expect(turns.surplus()).toBe(30);
    await clock.pass(999);
    now.cap = 5;
    expect(turns.surplus()).toBe(30);
    await clock.pass(1);
    expect(turns.surplus()).toBe(35);
  });

  it('is nothing where the cap will take it within a second, and is waited for longer while it grows', async () => {
    const { clock, turns } = await full(999, { growth: 5 });
    expect(turns.surplus()).toBe(0);
    await clock.pass(1);
    expect(turns.surplus()).toBe(25);
    expect((await full(1_000, { growth: 30 })).turns.surplus()).toBe(0);
  });

  it('is nothing where it is only what goes next: less than a tenth of the calls at once, or one', async () => {
    const surplusOf = async (cap: number, allowed: number) => {
      const { clock, turns, lane } = open({ cap });
      lane('a', allowed);
      await clock.pass(300);
      return turns.surplus();
    };
    expect(await surplusOf(5, 6)).toBe(0);
    expect(await surplusOf(5, 7)).toBe(2);
    expect(await surplusOf(100, 109)).toBe(0);
    expect(await surplusOf(100, 110)).toBe(10);
  });

  it('is nothing while the API has the process pause, and for a while after', async () => {
    const { clock, turns, now } = await full(300);
    now.isPaused = true;
    expect(turns.surplus()).toBe(0);
    now.isPaused = false;
    await clock.pass(299);
    expect(turns.surplus()).toBe(0);
    await clock.pass(1);
    expect(turns.surplus()).toBe(30);
    now.isPaused = true;
    expect(turns.surplus()).toBe(0);
    now.isPaused = false;
    expect(turns.surplus()).toBe(0);
  });

  it('is nothing where all that waited had its turn meanwhile', async () => {
    const { clock, turns, lanes } = await full(200);
    const wants = (wanted: number) => {
      for (const seat of lanes) seat.wanted = wanted;
    };
    wants(0);
    turns.look();
    wants(10);
    turns.look();
    await clock.pass(299);
    expect(turns.surplus()).toBe(0);
    // Whoever asks sees it, too.
    wants(0);
    expect(turns.surplus()).toBe(0);
    wants(10);
    turns.look();
    await clock.pass(299);
    expect(turns.surplus()).toBe(0);
    await clock.pass(1);
    expect(turns.surplus()).toBe(30);
  });

  it('is nothing where nobody waits, though more is under way than may be by now', async () => {
    const { clock, turns, now, lane } = open({ cap: 20 });
    const seat = lane('a', 20);
    seat.wanted = 0;
    now.inFlight = 20;
    turns.look();
    now.cap = 10;
    await clock.pass(5_000);
    expect(turns.surplus()).toBe(0);
  });

  it('counts calls that cannot leave as waiting', async () => {
    const { clock, turns, now, lane } = open();
    const seat = lane('a', 20);
    seat.wanted = 5;
    now.waiting = 5;
    turns.look();
    await clock.pass(300);
    expect(turns.surplus()).toBe(10);
  });

  it('is none of what goes first: lower priorities have it', async () => {
    const { clock, turns, lane } = open({ cap: 10 });
    const high = lane('high', 8, { key: 'high', priority: 1 });
    const usual = lane('usual', 12, { key: 'usual' });
    const low = lane('low', 12, { key: 'low', priority: 5 });
    await clock.pass(300);
    expect(turns.surplus(high)).toBe(0);
    expect(turns.surplus(usual)).toBe(10);
    expect(turns.surplus(low)).toBe(22);
    const growing = open({ cap: 10, growth: 4 });
    const first = growing.lane('first', 20, { key: 'first', priority: 1 });
    growing.lane('low', 12, { key: 'low', priority: 5 });
    await growing.clock.pass(1_000);
    expect(growing.turns.surplus(first)).toBe(6);
  });
});

describe('a lane of which another worker may have more use', () => {
  const five = async (ms: number, standing: Parameters<typeof open>[0] = {}) => {
    const opened = await full(ms, standing);
    const fifth = opened.lane('e', 10);
    return { ...opened, fifth };
  };

  it('has had no turn for a second beside four others of its run, and there is more than goes at once', async () => {
    const { clock, turns, fifth } = await five(0);
    await clock.pass(999);
    expect(turns.isOfNoUse(fifth)).toBe(false);
    await clock.pass(1);
    expect(turns.isOfNoUse(fifth)).toBe(true);
  });

  it('is not one that had a turn lately, whose process waits for the API, or has room for all', async () => {
    const { clock, turns, now, lanes, fifth } = await five(0);
    await clock.pass(600);
    now.room = 1;
    turns.look();
    now.room = 0;
    await clock.pass(600);
    expect([lanes[0]!, fifth].map((seat) => turns.isOfNoUse(seat))).toEqual([false, true]);
    now.isPaused = true;
    expect(turns.isOfNoUse(fifth)).toBe(false);
    now.isPaused = false;
    now.cap = 50;
    expect(turns.isOfNoUse(fifth)).toBe(false);
    now.cap = 49;
    expect(turns.isOfNoUse(fifth)).toBe(true);
  });

  it('is not one of the first four of its run, though others of other runs are there, nor one that never came', async () => {
    const { clock, turns, lanes, lane } = await full(0);
    lane('other', 10, { key: 'other' });
    await clock.pass(2_000);
    expect(lanes.map((seat) => turns.isOfNoUse(seat))).toEqual([false, false, false, false]);
    lane('e', 10);
    expect(turns.isOfNoUse({ share: { key: 'run' }, wanted: 1, allowed: 1, begin: () => {} })).toBe(false);
  });

  it('gives up its calls at once, which nobody else has too much then', async () => {
    const { turns, fifth } = await five(300);
    expect(turns.surplus()).toBe(40);
    turns.gaveUp(10);
    expect(turns.surplus()).toBe(30);
    expect(fifth.allowed).toBe(10);
  });
});
