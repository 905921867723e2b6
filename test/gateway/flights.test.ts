import { describe, expect, it } from 'vitest';

import { FanfoldError } from '../../src/contract/errors.js';
import { Flight } from '../../src/gateway/server/flight.js';
import type { FlightSettings, Passenger } from '../../src/gateway/server/flight.js';
import { Flights } from '../../src/gateway/server/flights.js';
import type { Done } from '../../src/gateway/protocol/frames.js';
import type { LayerQuestion, Paid, Payer } from '../../src/model/layer/index.js';

const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };
const model = 'claude-sonnet-5-5';
const paid: Paid = {
  message: { text: 'Yes.', stopReason: 'end_turn', refusal: undefined, model, usage },
  from: 'api',
  savedUsd: 0,
};

function questionOf(part: Partial<LayerQuestion> = {}): LayerQuestion {
  const body = { model, max_tokens: 9, messages: [] };
  return { offline: false, body, form: {}, run: 'run', asker: 'run/0', ...part };
}

/** Calls that end when the test says so, whoever cuts them. */
function world(spent: () => Promise<void> = async () => {}) {
  const calls: { answer: () => void; payer: Payer }[] = [];
  const settings: FlightSettings = {
    pay: (_, payer) => new Promise((resolve) => calls.push({ payer, answer: () => resolve(paid) })),
    cpu: { runPattern: () => Promise.reject(new Error('It has no patterns.')) },
    money: { reserve: async () => () => {}, reserveSecond: () => () => {}, spent },
  };
  return { calls, settings, flights: new Flights(settings, async () => 'key') };
}

function passenger(): Passenger & { ends: Done[] } {
  const ends: Done[] = [];
  return { ends, waits() {}, joined() {}, rejoined() {}, said() {}, moved() {}, done: (done) => void ends.push(done) };
}

const asked = (part?: Partial<LayerQuestion>) => ({ question: questionOf(part), remainingMs: 60_000 });
const soon = () => new Promise((resolve) => setImmediate(resolve));

describe('flights', () => {
  it('are not joined once they are cut: the branch asks anew', async () => {
    const { flights, calls } = world();
    const [first, second] = [passenger(), passenger()];
    const seat = await flights.ask(asked(), 'client', first);
    seat!.flight.cut();
    await flights.ask(asked(), 'client', second);
    expect(calls).toHaveLength(2);
    calls[1]!.answer();
    await soon();
    expect(first.ends).toEqual([]);
    expect(second.ends).toMatchObject([{ paid: { from: 'api' } }]);
  });

  it('that nobody waited for give their answer once, as paid for before, unless it is too old for who asks', async () => {
    for (const [notBeforeMs, made] of [
      [undefined, 1],
      [Date.now() + 60_000, 2],
    ] as const) {
      const { flights, calls } = world();
      const seat = await flights.ask(asked(), 'client', passenger());
      seat!.lose();
      calls[0]!.answer();
      await flights.ended();
      const next = passenger();
      await flights.ask(asked({ notBeforeMs }), 'client', next);
      expect(calls).toHaveLength(made);
      expect(next.ends).toMatchObject(made === 1 ? [{ paid: { from: 'own' }, rejoined: true }] : []);
    }
  });
});

describe('a flight', () => {
  it('tells its end once, after what it cost is written down (Flight-3)', async () => {
    let written = () => {};
    const writing = new Promise<void>((resolve) => (written = resolve));
    const { flights, calls } = world(() => writing);
    const waiting = passenger();
    await flights.ask(asked(), 'client', waiting);
    calls[0]!.payer.left(false);
    calls[0]!.payer.ended({ modelMs: 1, model, usage, settled: true }, false);
    calls[0]!.answer();
    await soon();
    expect(waiting.ends).toEqual([]);
    written();
    await soon();
    expect(waiting.ends).toHaveLength(1);
  });

  it('is cut by a passenger only where no other waits for it (Flight-2)', () => {
    const flight = new Flight(questionOf(), 'client', 60_000, undefined, world().settings);
    const lose = flight.board(passenger(), 60_000);
    flight.board(passenger(), 60_000);
    flight.cut();
    expect(flight.isCut).toBe(false);
    lose();
    flight.cut();
    expect(flight.isCut).toBe(true);
  });

  it('has so much less to spend as a call may have cost of which the API told nothing', () => {
    const flight = new Flight(questionOf(), 'client', 60_000, { leftUsd: 0.025, questionUsd: 0.01 }, world().settings);
    expect(flight.mayPaySecond()).toBe(true);
    flight.ended({ modelMs: 1, model, usage: undefined, settled: false }, false);
    expect(flight.purse()!.leftUsd).toBeCloseTo(0.015);
    expect(() => flight.checkReserve()).not.toThrow();
    expect(flight.mayPaySecond()).toBe(false);
    flight.ended({ modelMs: 1, model, usage: undefined, settled: true }, false);
    expect(flight.purse()!.leftUsd).toBeCloseTo(0.015);
    flight.ended({ modelMs: 1, model, usage: undefined, settled: false }, true);
    expect(() => flight.checkReserve()).toThrow(FanfoldError);
  });
});
