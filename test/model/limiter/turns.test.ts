import { describe, expect, it } from 'vitest';

import { Turns } from '../../../src/model/limiter/turns.js';
import type { Seat } from '../../../src/model/limiter/turns.js';
import { open } from './lanes.js';
import { VirtualClock } from './virtual-clock.js';

describe('a branch', () => {
  it('is begun only while those begun, less the calls in flight, are fewer than the room (Turns-1)', () => {
    const { now, turns, begun, lane } = open({ room: 3 });
    lane('a', 10);
    expect(begun).toHaveLength(3);
    turns.look();
    expect(begun).toHaveLength(3);
    now.inFlight = 2;
    turns.look();
    expect(begun).toHaveLength(5);
    // It has ended, or rests.
    turns.ended();
    expect(begun).toHaveLength(6);
    turns.resumed();
    now.inFlight = 3;
    turns.look();
    expect(begun).toHaveLength(6);
    now.inFlight = 4;
    turns.look();
    expect(begun).toHaveLength(7);
  });

  it('is not begun while calls of lanes wait that have as much room as there is', () => {
    const { now, turns, begun, lane } = open();
    now.waiting = 2;
    lane('a', 10);
    now.room = 2;
    turns.look();
    expect(begun).toEqual([]);
    now.room = 3;
    now.waiting = 0;
    turns.look();
    expect(begun).toHaveLength(3);
  });

  it('is one of what its lane wants, and no more', () => {
    const { turns, begun, lane } = open({ room: 10 });
    lane('a', 2);
    lane('none', 0);
    expect([begun, turns.wanted]).toEqual([['a', 'a'], 0]);
  });

  it('is begun as soon as there is room by time alone (Turns-3)', async () => {
    const { clock, now, begun, lane } = open({ waitMs: 40 });
    lane('a', 1);
    now.room = 1;
    await clock.pass(39);
    expect(begun).toEqual([]);
    await clock.pass(1);
    expect(begun).toEqual(['a']);
  });

  it('is looked for again within a second, and no oftener than each 5 ms', async () => {
    const far = open({ waitMs: 3_600_000 });
    far.lane('a', 1);
    far.now.room = 1;
    await far.clock.pass(1_000);
    expect(far.begun).toEqual(['a']);
    const near = open({ waitMs: 0 });
    near.lane('a', 1);
    near.told.length = 0;
    await near.clock.pass(100);
    expect(near.told).toHaveLength(20);
  });

  it('is waited for by one timer, however often somebody looks, and by none where nobody wants one', async () => {
    const { clock, now, told, turns, lane } = open({ waitMs: 100 });
    const seat = lane('a', 5);
    for (let look = 0; look < 10; look += 1) turns.look();
    told.length = 0;
    await clock.pass(100);
    expect(told).toHaveLength(1);
    seat.wanted = 0;
    await clock.pass(100);
    told.length = 0;
    await clock.pass(10_000);
    expect(told).toEqual([]);
    seat.wanted = 1;
    now.waitMs = Infinity;
    turns.look();
    told.length = 0;
    await clock.pass(10_000);
    expect(told, 'where time alone brings no room').toEqual([]);
  });

  it('may look for the next one while it is begun, which is done once', async () => {
    const { clock, told, turns, begun } = open({ room: 2, waitMs: 100 });
    let wanted = 4;
    const seat: Seat = {
      share: { key: 'run' },
      get wanted() {
        return wanted;
      },
      allowed: 4,
      begin: () => {
        wanted -= 1;
        begun.push('a');
        turns.look();
      },
    };
    turns.join(seat);
    expect(begun).toEqual(['a', 'a']);
    expect(told.filter(([what]) => what === 'demand')).toHaveLength(1);
    told.length = 0;
    await clock.pass(100);
    expect(told).toHaveLength(1);
  });

  it('is begun where nobody else is to be told', () => {
    const calls = { inFlight: 0, waiting: 0, cap: 4, isPaused: false };
    const turns = new Turns(
      { ...calls, roomForTurns: () => 4, msUntilRoom: () => Infinity, growth: () => 0 },
      new VirtualClock(),
    );
    let wanted = 1;
    const seat: Seat = {
      share: { key: 'run' },
      get wanted() {
        return wanted;
      },
      allowed: 1,
      begin: () => void (wanted -= 1),
    };
    turns.join(seat);
    turns.ended();
    turns.resumed();
    turns.gaveUp(1);
    turns.leave(seat);
    expect([wanted, turns.lanes]).toEqual([0, 0]);
  });
});

describe('turns (Turns-2)', () => {
  it('go round the lanes of a run, and are shared alike by runs, whatever the number of their lanes', () => {
    const { now, turns, begun, lane } = open();
    for (const name of ['a1', 'a2', 'a3']) lane(name, 10, { key: 'a' });
    lane('b1', 10, { key: 'b' });
    now.room = 12;
    turns.look();
    expect(begun.filter((_, at) => at % 2 === 0)).toEqual(['a1', 'a2', 'a3', 'a1', 'a2', 'a3']);
    expect(begun.filter((_, at) => at % 2 === 1)).toEqual(Array(6).fill('b1'));
  });

  it('go past a lane that wants nothing', () => {
    const { now, turns, begun, lane } = open();
    const idle = lane('idle', 1);
    lane('busy', 2);
    idle.wanted = 0;
    now.room = 2;
    turns.look();
    expect(begun).toEqual(['busy', 'busy']);
  });

  it('go by priority', () => {
    const { now, turns, begun, lane } = open();
    lane('low', 5, { key: 'low', priority: 5 });
    lane('high', 5, { key: 'high', priority: 1 });
    now.room = 5;
    turns.look();
    expect(begun).toEqual(Array(5).fill('high'));
  });

  it('are no longer those of a lane that has left', () => {
    const { now, turns, begun, lane } = open();
    const gone = lane('gone', 5);
    lane('here', 1);
    now.room = 5;
    turns.leave(gone);
    expect([begun, turns.lanes, turns.wanted]).toEqual([['here'], 1, 0]);
  });
});

describe('who hands out calls to many processes', () => {
  it('is told what is begun, what is waited for, and of how many lanes', () => {
    const { told, turns, lane } = open({ room: 2 });
    const seat = lane('a', 5);
    expect(told).toEqual([
      ['joined', 0],
      ['demand', 2, 3, 1],
    ]);
    lane('b', 1);
    lane('c', 1, { key: 'another' });
    expect(told.filter(([what]) => what === 'joined')).toEqual([
      ['joined', 0],
      ['joined', 1],
      ['joined', 0],
    ]);
    told.length = 0;
    turns.ended();
    turns.resumed();
    expect(told).toEqual([
      ['demand', 2, 4, 3],
      ['demand', 3, 4, 3],
    ]);
    told.length = 0;
    turns.leave(seat);
    expect(told[0]).toEqual(['left']);
    turns.gaveUp(1);
    expect(told.at(-1)).toEqual(['gave up']);
  });

  it('is told what each priority wants, unless all have the usual one', () => {
    const { turns, lane } = open();
    expect(turns.wantedBy).toBeUndefined();
    lane('a', 2);
    lane('b', 3, { key: 'b', priority: 3 });
    expect(turns.wantedBy).toBeUndefined();
    lane('c', 4, { key: 'c', priority: 1 });
    expect(turns.wantedBy).toEqual([
      [3, 5],
      [1, 4],
    ]);
  });
});
