import { setMaxListeners } from 'node:events';

import type { Limits } from '@fanfold/offline-model/limits';

import { taskQueues } from '../../src/contract/names.js';
import { GatewayRoom } from '../../src/gateway/client/gateway-room.js';
import { RoomKeeper } from '../../src/gateway/server/room-keeper.js';
import type { Roomer } from '../../src/gateway/server/room-keeper.js';
import { asideOf, Limiters, Slots, Turns } from '../../src/model/limiter/index.js';
import { gatewaySlots } from '../../src/worker/gateway-slots.js';
import type { WorkerGateway } from '../../src/worker/gateway-slots.js';
import { SimulatedApi } from '../model/limiter/simulated-api.js';
import type { SimulatedCall } from '../model/limiter/simulated-api.js';
import { seeded, VirtualClock } from '../model/limiter/virtual-clock.js';

/** Milliseconds that Temporal takes to hand a task over, and to take its result; and that a frame of the gateway's is under way. */
const handOverMs = 8;
const linkMs = 1;

/** Workers that ask through one gateway, with all the work that they could want, in virtual time. */
export class Fleet {
  readonly clock = new VirtualClock();
  readonly api: SimulatedApi;
  readonly limiters: Limiters;
  readonly #random: () => number;
  readonly #roomers = new Set<Roomer>();
  readonly #keeper: RoomKeeper;
  readonly #call: (random: () => number) => SimulatedCall;
  /** Calls that are answered, by worker. */
  readonly answered: number[] = [];
  /** Frames about room that workers and gateway have sent. */
  frames = 0;

  constructor(limits: Limits, call: (random: () => number) => SimulatedCall, seed = 1) {
    this.#random = seeded(seed);
    this.#call = call;
    this.api = new SimulatedApi(this.clock, limits);
    this.limiters = new Limiters({ ceiling: 200, firstCap: 20, clock: this.clock, random: this.#random });
    this.#keeper = new RoomKeeper('paid', this.limiters, this.#roomers);
    this.limiters.onRoom(() => this.#keeper.look());
  }

  /** @returns what kills it: its calls go on */
  start(concurrency = 200): () => void {
    const number = this.answered.push(0) - 1;
    const demand = { out: 0, wants: 0 };
    let inFlight = 0;
    const room = new GatewayRoom('paid', (frame) => {
      if (frame.is !== 'slots') return;
      this.frames += 1;
      this.clock.after(linkMs, () => {
        Object.assign(demand, { out: frame.out, wants: frame.wants });
        this.#keeper.look();
      });
    });
    let told = -1;
    const roomer: Roomer = {
      demand: () => ({ inFlight, ...demand }),
      tellRoom: (_, out) => {
        if (told === out) return;
        told = out;
        this.frames += 1;
        this.clock.after(linkMs, () => room.set(out));
      },
    };
    this.#roomers.add(roomer);
    const gateway = { rooms: { paid: room, offline: room }, limits: () => [] } as unknown as WorkerGateway;
    const { slots } = gatewaySlots(gateway, gateway, taskQueues.model, concurrency, {
      Slots,
      Turns,
      asideOf,
      systemClock: this.clock,
    });
    const dead = new AbortController();
    setMaxListeners(0, dead.signal);
    const work = async (): Promise<void> => {
      const slot = await slots.acquire(dead.signal);
      void work().catch(() => {});
      await this.clock.sleep(handOverMs + linkMs);
      slot.use();
      const call = this.#call(this.#random);
      const outcome = await this.limiters
        .of('claude-sonnet-5-5')
        .run({ inputTokens: call.inputTokens }, async (permit) => {
          inFlight += 1;
          this.#keeper.look();
          const ended = await this.api.call(call);
          inFlight -= 1;
          permit.end(ended);
          this.#keeper.look();
          return ended;
        });
      if (outcome.is === 'answered') this.answered[number]! += 1;
      await this.clock.sleep(linkMs + handOverMs);
      if (!dead.signal.aborted) slot.release();
    };
    void work().catch(() => {});
    return () => {
      dead.abort();
      this.#roomers.delete(roomer);
      this.#keeper.look();
    };
  }

  /** Answers from now on for so long. */
  async answersWithin(ms: number): Promise<number> {
    const before = this.api.answered;
    await this.clock.pass(ms);
    return this.api.answered - before;
  }

  get refusedShare(): number {
    return this.api.refused / (this.api.refused + this.api.answered);
  }
}
