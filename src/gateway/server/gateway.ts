import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
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
import { httpServer, listen } from './listen.js';
import { metricsText } from './metrics.js';
import { RoomKeeper } from './room-keeper.js';
import { servingOf } from './serving.js';
import type { Serving } from './serving.js';
import type { GatewaySettings } from './settings.js';
import { WorkerLink } from './worker-link.js';

/** How often workers are told how the limiters stand, in milliseconds. */
const tellLimitsEveryMs = 1_000;

/** How often workers are told of calls that nobody waits for, in milliseconds: what is not wanted is cut within two seconds. */
const tellOrphansEveryMs = 400;

export interface RunningGateway {
  /** Where it listens, as `FANFOLD_GATEWAY` takes it. */
  address: string;
  limits(): Record<Line, LimiterSnapshot[]>;
  /** Whether a worker is connected, a call under way, or an answer kept that the journal does not have. */
  isNeeded(): boolean;
  /** How it stands, in the text format of Prometheus. */
  metrics(): string;
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
  const books = new Books(settings);
  const gateway = new Gateway(settings, books);
  const { tls } = settings;
  const server = httpServer(tls);
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
    isNeeded: () => gateway.isNeeded(),
    metrics: () => gateway.metrics(),
    drain: async () => {
      // Whoever comes meanwhile is told to come again, and not let stand before a closed door.
      await gateway.drain();
      server.close();
      server.closeAllConnections();
      await books.close();
    },
    hangUp: () => gateway.hangUp(),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      gateway.stop();
      await books.close();
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
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #told: Partial<Record<Line | 'totals', string>> = {};
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
        books.counts,
      );
    this.#flights = { paid: flightsOf('paid'), offline: flightsOf('offline') };
    this.#keepers = modelLines.map((line) => {
      const keeper = new RoomKeeper(line, settings.limiters[line], this.#links);
      settings.limiters[line].onRoom(() => keeper.look());
      return keeper;
    });
    this.#timers = [
      setInterval(() => {
        for (const link of this.#links) if (link.isLost) link.destroy();
        this.#tellLimits();
        this.#tellTotals();
      }, tellLimitsEveryMs).unref(),
      setInterval(() => this.#tellOrphans(), tellOrphansEveryMs).unref(),
    ];
    this.serving = servingOf(settings, books, { limits: () => this.limits(), totals: () => this.totals() });
  }

  limits(): Record<Line, LimiterSnapshot[]> {
    const { paid, offline } = this.#settings.limiters;
    return { paid: paid.snapshot(), offline: offline.snapshot() };
  }

  isNeeded(): boolean {
    const isBusy = modelLines.some((line) => this.#flights[line].size > 0 || this.#flights[line].hasKept);
    return isBusy || this.#links.size > 0 || this.serving.foreign.size > 0;
  }

  totals(): ReturnType<Serving['totals']> {
    const { books, isDraining } = this.serving;
    const byModel = [...books.spentByModel].map(([model, spent]) => ({ model, ...spent }));
    return { ...books.counts, workers: this.#links.size, isDraining, byModel };
  }

  metrics(): string {
    return metricsText(this.totals(), this.limits(), Date.now());
  }

  link(socket: Duplex, client: string): void {
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${linkProtocol}\r\n\r\n`);
    const link: WorkerLink = new WorkerLink(socket, {
      client,
      flightsOf: (line) => this.#flights[line],
      env: this.#settings.env,
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
    if (this.#settings.tellsTotals === true) link.tell({ is: 'totals', totals: this.totals() });
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
    for (const timer of this.#timers) clearInterval(timer);
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

  #apiOf(question: Pick<LayerQuestion, 'offline' | 'body'>) {
    return this.#settings.apiOf(question);
  }

  /** Workers see whether anybody is going to ask again. */
  #tellOrphans(): void {
    const orphans = modelLines.flatMap((line) => this.#flights[line].orphans());
    if (orphans.length > 0) for (const link of this.#links) link.tell({ is: 'orphans', orphans });
  }

  #tellLimits(): void {
    for (const [line, limiters] of Object.entries(this.limits()) as [Line, LimiterSnapshot[]][]) {
      const now = JSON.stringify(limiters);
      if (now === this.#told[line]) continue;
      this.#told[line] = now;
      for (const link of this.#links) link.tell({ is: 'limits', line, limiters });
    }
  }
  #tellTotals(): void {
    if (this.#settings.tellsTotals !== true) return;
    const totals = this.totals();
    const now = JSON.stringify(totals);
    if (now === this.#told.totals) return;
    this.#told.totals = now;
    for (const link of this.#links) link.tell({ is: 'totals', totals });
  }
}
