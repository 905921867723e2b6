import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Duplex } from 'node:stream';

import type { LimiterSnapshot } from '../../contract/limiter.js';
import { ModelCaller } from '../../model/call/model-caller.js';
import { keyOf, OwnLayer } from '../../model/layer/index.js';
import type { LayerQuestion } from '../../model/layer/index.js';
import { drainingStatus, linkPath, linkProtocol, modelLines } from '../protocol/frames.js';
import type { Line } from '../protocol/frames.js';
import { answer } from './answer.js';
import { Books } from './books.js';
import { moneyOf } from './money-of.js';
import { entranceOf } from './gateway-door.js';
import { Flights } from './flights.js';
import { listen } from './listen.js';
import { RoomKeeper } from './room-keeper.js';
import type { GatewaySettings } from './settings.js';
import { WorkerLink } from './worker-link.js';

/** How often workers are told how the limiters stand, in milliseconds. */
const tellLimitsEveryMs = 1_000;

export interface RunningGateway {
  /** Where it listens, as `FANFOLD_GATEWAY` takes it. */
  address: string;
  limits(): Record<Line, LimiterSnapshot[]>;
  /** Takes no new calls, lets those under way come to their end, then stops. */
  drain(): Promise<void>;
  /** Ends the connections of all workers: they come back, and join what they had asked. */
  hangUp(): void;
  /** Stops at once; calls under way are lost. */
  stop(): Promise<void>;
}

/**
 * Starts a gateway: journal, limiters and calls for whoever reaches it.
 *
 * @throws UnavailableError where it cannot listen
 */
export async function startGateway(settings: GatewaySettings): Promise<RunningGateway> {
  const books = await Books.open(settings);
  const gateway = new Gateway(settings, books);
  const { tls } = settings;
  const server: Server = tls === undefined ? createServer() : (createSecureServer(tls) as unknown as Server);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void answer(request, response, entranceOf(request, settings), gateway.serving);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    const entrance = entranceOf(request, settings);
    if ('status' in entrance)
      return void socket.end(`HTTP/1.1 ${entrance.status} Refused\r\nconnection: close\r\n\r\n`);
    if (request.url !== linkPath || request.headers.upgrade !== linkProtocol)
      return void socket.end('HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\n\r\n');
    // A worker asks at once what it has, and a gateway that is about to end takes nothing new.
    if (gateway.serving.isDraining)
      return void socket.end(`HTTP/1.1 ${drainingStatus} Ending\r\nconnection: close\r\n\r\n`);
    gateway.link(socket, entrance.client);
  });
  const address = await listen(server, settings.listen, tls !== undefined);
  return {
    address,
    limits: () => gateway.limits(),
    drain: async () => {
      // Whoever comes meanwhile is told to come again, and not let stand before a closed door.
      await gateway.drain();
      server.close();
      server.closeAllConnections();
    },
    hangUp: () => gateway.hangUp(),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      gateway.stop();
    },
  };
}

/** What a gateway holds. */
class Gateway {
  readonly #settings: GatewaySettings;
  readonly #links = new Set<WorkerLink>();
  readonly #layers: Record<Line, OwnLayer>;
  readonly #flights: Record<Line, Flights>;
  readonly #keepers: readonly RoomKeeper[];
  readonly #hello: { gateway: string; version: string };
  readonly #timer: NodeJS.Timeout;
  readonly #told: Partial<Record<Line, string>> = {};
  readonly serving;

  constructor(settings: GatewaySettings, books: Books) {
    this.#settings = settings;
    this.#hello = { gateway: randomUUID(), version: settings.version };
    const { cpu } = settings;
    const layers = (this.#layers = { paid: this.#layerOf('paid'), offline: this.#layerOf('offline') });
    const flightsOf = (line: Line) =>
      new Flights(
        { pay: (...paying) => layers[line].payOnce(...paying), cpu, money: moneyOf(line, books) },
        async (question) => keyOf(question, await this.#apiOf(question)),
      );
    this.#flights = { paid: flightsOf('paid'), offline: flightsOf('offline') };
    this.#keepers = modelLines.map((line) => {
      const keeper = new RoomKeeper(line, settings.limiters[line], this.#links);
      settings.limiters[line].onRoom(() => keeper.look());
      return keeper;
    });
    this.#timer = setInterval(() => {
      for (const link of this.#links) if (link.isLost) link.destroy();
      this.#tellLimits();
    }, tellLimitsEveryMs).unref();
    this.serving = {
      settings,
      books,
      limits: () => this.limits(),
      isDraining: false,
      foreign: new Set<Promise<void>>(),
    };
  }

  limits(): Record<Line, LimiterSnapshot[]> {
    const { paid, offline } = this.#settings.limiters;
    return { paid: paid.snapshot(), offline: offline.snapshot() };
  }

  link(socket: Duplex, client: string): void {
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${linkProtocol}\r\n\r\n`);
    const link: WorkerLink = new WorkerLink(socket, {
      client,
      flightsOf: (line) => this.#flights[line],
      paidBefore: (question) => this.#layers[question.offline ? 'offline' : 'paid'].paidBefore(question),
      hello: this.#hello,
      onChange: () => this.#look(),
      onEnd: () => {
        this.#links.delete(link);
        this.#look();
      },
    });
    this.#links.add(link);
    for (const line of modelLines) link.tell({ is: 'limits', line, limiters: this.limits()[line] });
    this.#look();
  }

  async drain(): Promise<void> {
    this.serving.isDraining = true;
    for (const link of this.#links) link.tell({ is: 'bye' });
    await Promise.all(modelLines.map((line) => this.#flights[line].ended()));
    await Promise.allSettled(this.serving.foreign);
    for (const link of this.#links) link.close();
    this.stop(false);
  }

  hangUp(): void {
    for (const link of this.#links) link.destroy();
  }

  stop(cut = true): void {
    clearInterval(this.#timer);
    for (const keeper of this.#keepers) keeper.stop();
    if (cut) this.hangUp();
  }

  #look(): void {
    for (const keeper of this.#keepers) keeper.look();
  }

  #layerOf(line: Line): OwnLayer {
    const { limiters, watchdogs, secrets, env, journal, tracesContent } = this.#settings;
    const models = new ModelCaller({ limiters: limiters[line], watchdogs, secrets, env, tracesContent });
    return new OwnLayer({ journal, models, apiOf: (question) => this.#apiOf(question) });
  }

  #apiOf(question: Pick<LayerQuestion, 'offline'>) {
    return this.#settings.apiOf(question);
  }

  #tellLimits(): void {
    for (const [line, limiters] of Object.entries(this.limits()) as [Line, LimiterSnapshot[]][]) {
      const now = JSON.stringify(limiters);
      if (now === this.#told[line]) continue;
      this.#told[line] = now;
      for (const link of this.#links) link.tell({ is: 'limits', line, limiters });
    }
  }
}
