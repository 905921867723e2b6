import type { Duplex } from 'node:stream';

import { callFailureOf } from '../../model/layer/index.js';
import type { LayerQuestion, Paid } from '../../model/layer/index.js';
import { LineChannel } from '../protocol/line-channel.js';
import { modelLines } from '../protocol/frames.js';
import type { Done, GatewayFrame, Line, WorkerFrame } from '../protocol/frames.js';
import type { Passenger } from './flight.js';
import type { Flights, Seat } from './flights.js';
import { namedBy } from './named.js';
import { checkAsk } from './question-shape.js';
import type { Roomer } from './room-keeper.js';
import type { Demand, Wants } from './shares.js';

export interface WorkerLinkSettings {
  /** Whose token the worker has. */
  client: string;
  flightsOf(line: Line): Flights;
  /** Says whose a model is that is not named in full. */
  env: NodeJS.ProcessEnv;
  paidBefore(question: LayerQuestion): Promise<Paid | undefined>;
  hello: { gateway: string; version: string };
  /** Its demand or its calls in flight have changed. */
  onChange(): void;
  onEnd(): void;
}

/** How long a worker may be silent, in milliseconds: it says every five seconds that it lives. */
const silentMs = 60_000;

/** Most bytes that wait for a worker to take them in. */
const mostBacklog = 256 * 1_024 * 1_024;

/** A question of this worker. */
interface Open {
  line: Line;
  seat?: Seat | undefined;
  /** What the worker said while the question was still being taken in. */
  isCut?: boolean;
  isLeft?: boolean;
}

/** The connection of one worker. */
export class WorkerLink implements Roomer {
  readonly #settings: WorkerLinkSettings;
  readonly #channel: LineChannel<GatewayFrame, WorkerFrame>;
  readonly #open = new Map<number, Open>();
  readonly #slots: Record<Line, Omit<Demand, 'inFlight'>> = {
    paid: { out: 0, wants: 0 },
    offline: { out: 0, wants: 0 },
  };
  readonly #toldRoom: Partial<Record<Line, number>> = {};
  #heardAtMs = performance.now();

  constructor(socket: Duplex, settings: WorkerLinkSettings) {
    this.#settings = settings;
    this.#channel = new LineChannel(
      socket,
      (frame) => this.#take(frame),
      () => this.#ended(),
    );
    this.#channel.send({ is: 'hello', ...settings.hello });
  }

  demand(line: Line): Demand {
    let inFlight = 0;
    for (const open of this.#open.values()) if (open.line === line) inFlight += open.seat?.flight.out ?? 0;
    return { inFlight, ...this.#slots[line] };
  }

  tellRoom(line: Line, out: number): void {
    if (this.#toldRoom[line] === out) return;
    this.#toldRoom[line] = out;
    this.#channel.send({ is: 'room', line, out });
  }

  tell(frame: GatewayFrame): void {
    this.#channel.send(frame);
  }

  /** Closes the connection once everything has been told. */
  close(): void {
    this.#channel.close();
  }

  destroy(): void {
    this.#channel.destroy();
  }

  /** Whether it says nothing any more, or takes nothing in: what it has asked goes on, and it may come back. */
  get isLost(): boolean {
    return performance.now() - this.#heardAtMs > silentMs || this.#channel.backlog > mostBacklog;
  }

  #take(frame: WorkerFrame): void {
    this.#heardAtMs = performance.now();
    switch (frame.is) {
      case 'ask':
        return void this.#ask(frame);
      case 'cut':
        return this.#cut(frame.id);
      case 'cut-asker':
        for (const line of modelLines) this.#settings.flightsOf(line).cutAsker(frame.asker);
        return;
      case 'look':
        return void this.#look(frame);
      case 'leave':
        return this.#leave(frame.id);
      case 'slots':
        this.#slots[frame.line] = { out: Number(frame.out), wants: Number(frame.wants), by: wantsIn(frame.by) };
        return this.#settings.onChange();
      case 'ping':
        return this.#channel.send({ is: 'pong' });
    }
  }

  async #ask(frame: Extract<WorkerFrame, { is: 'ask' }>): Promise<void> {
    const { id } = frame;
    const open: Open = { line: frame.question?.offline === true ? 'offline' : 'paid' };
    this.#open.set(id, open);
    try {
      checkAsk(frame);
      const question = namedBy(this.#settings, frame.question);
      open.seat = await this.#settings
        .flightsOf(open.line)
        .ask({ ...frame, question }, this.#settings.client, this.#passenger(id));
    } catch (error) {
      return this.#done(id, { failure: callFailureOf(error, Date.now()), calls: [] });
    }
    if (open.seat?.flight.end !== undefined) return;
    if (open.isCut) this.#cut(id);
    if (open.isLeft || !this.#open.has(id)) open.seat?.lose();
  }

  async #look({ id, question }: Extract<WorkerFrame, { is: 'look' }>): Promise<void> {
    const paid = await this.#settings.paidBefore(namedBy(this.#settings, question)).catch(() => undefined);
    this.#channel.send({ is: 'seen', id, paid });
  }

  #passenger(id: number): Passenger {
    return {
      waits: (on, isUnasked) => this.#channel.send({ is: 'wait', id, on, ...(isUnasked && { unasked: true }) }),
      rejoined: () => this.#channel.send({ is: 'rejoined', id }),
      joined: (on) => this.#channel.send({ is: 'joined', id, on }),
      moved: () => this.#settings.onChange(),
      said: (text) => this.#channel.send({ is: 'said', id, text }),
      done: (done) => this.#done(id, done),
    };
  }

  #done(id: number, done: Done): void {
    if (!this.#open.delete(id)) return;
    this.#channel.send({ is: 'done', id, ...done });
  }

  #cut(id: number): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    open.isCut = true;
    open.seat?.flight.cut();
    // With another who waits for it the flight goes on: this one need not.
    if (open.seat?.flight.isCut === false) {
      open.seat.lose();
      this.#done(id, { failure: { type: 'Unexpected', message: 'cut' }, calls: [] });
    }
  }

  #leave(id: number): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    open.isLeft = true;
    open.seat?.lose();
    this.#open.delete(id);
  }

  #ended(): void {
    for (const { seat } of this.#open.values()) seat?.lose();
    this.#open.clear();
    this.#settings.onEnd();
  }
}

/** What a worker says about priorities; a worker of another version may send anything. */
function wantsIn(by: unknown): Wants | undefined {
  if (!Array.isArray(by)) return undefined;
  return by.flatMap((each): Wants => {
    const [priority, wants] = Array.isArray(each) ? each.map(Number) : [];
    return Number.isFinite(priority) && Number.isFinite(wants) ? [[priority as number, wants as number]] : [];
  });
}
