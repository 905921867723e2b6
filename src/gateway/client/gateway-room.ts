import type { Line, WorkerFrame } from '../protocol/frames.js';

type Demand = Pick<Extract<WorkerFrame, { is: 'slots' }>, 'out' | 'wants' | 'by'>;

/** The room that a gateway gives to a worker: how many tasks and branches of lanes it may have taken on, those in flight included. */
export class GatewayRoom {
  readonly #line: Line;
  readonly #send: (frame: WorkerFrame) => void;
  readonly #listeners = new Set<() => void>();
  #room = 0;
  #demand: Demand = { out: 0, wants: 0 };
  #told: Demand | undefined;
  #isDue = false;

  constructor(line: Line, send: (frame: WorkerFrame) => void) {
    this.#line = line;
    this.#send = send;
  }

  room(): number {
    return this.#room;
  }

  wanted(out: number, wants: number, by?: [priority: number, wants: number][]): void {
    this.#demand = { out, wants, ...(by && { by }) };
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      // Each word is answered with a share, which has this asked again: only what is new is said.
      if (JSON.stringify(this.#demand) !== JSON.stringify(this.#told)) this.tell();
    });
  }

  /** Tells the gateway how things stand: at each change, and to a gateway that knows nothing yet. */
  tell(): void {
    this.#told = this.#demand;
    this.#send({ is: 'slots', line: this.#line, ...this.#demand });
  }

  set(room: number): void {
    this.#room = room;
    for (const listener of this.#listeners) listener();
  }

  onRoom(listener: () => void): void {
    this.#listeners.add(listener);
  }
}
