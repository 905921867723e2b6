import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startOfflineModel } from '@fanfold/offline-model';
import type { OfflineModel } from '@fanfold/offline-model';
import { onTestFinished } from 'vitest';

import { GatewayClient, gatewayAddressOf, listenAddressOf, startGateway } from '../../src/gateway/index.js';
import type { GatewaySettings } from '../../src/gateway/server/settings.js';
import { openJournal } from '../../src/journal/index.js';
import type { Journal } from '../../src/journal/index.js';
import { answerFormOf } from '../../src/model/call/answer-form.js';
import type { LayerQuestion, Paid, Payer } from '../../src/model/layer/index.js';
import { Limiters, systemClock } from '../../src/model/limiter/index.js';
import { Secrets } from '../../src/secrets/index.js';

export const key = 'sk-ant-canary-0123456789';

const noCpu = { runPattern: () => Promise.reject(new Error('No pattern was expected.')) };

/** A gateway in this process, in front of an offline model that answers at once. */
export class GatewayDesk {
  address = '';
  readonly said: string[] = [];
  #gateway: Awaited<ReturnType<typeof startGateway>> | undefined;
  readonly #clients: GatewayClient[] = [];

  private constructor(
    readonly model: OfflineModel,
    readonly journal: Journal,
    readonly settings: Partial<GatewaySettings>,
  ) {}

  static open(settings: Partial<GatewaySettings> = {}): Promise<GatewayDesk> {
    return GatewayDesk.openFor(onTestFinished, settings);
  }

  /** The same for as long as `atEnd` says. */
  static async openFor(
    atEnd: (close: () => Promise<void>) => void,
    settings: Partial<GatewaySettings> = {},
  ): Promise<GatewayDesk> {
    const model = await startOfflineModel({ latencyMs: 0, batchMs: 50 });
    const home = await mkdtemp(join(tmpdir(), 'fanfold-gateway-'));
    const journal = await openJournal({ home, onWarning: () => {} });
    const desk = new GatewayDesk(model, journal, settings);
    await desk.start('0');
    atEnd(async () => {
      for (const client of desk.#clients) client.close();
      await desk.kill();
      await model.stop();
      await journal.close();
      await rm(home, { recursive: true });
    });
    return desk;
  }

  /** Starts a gateway, another one where the last was killed. */
  async start(listen = this.address.replace('http://', '')): Promise<void> {
    const limitersOf = () => new Limiters({ ceiling: 100, firstCap: 50, clock: systemClock, random: Math.random });
    const api = { apiKey: key, baseURL: this.model.url };
    this.#gateway = await startGateway({
      listen: listenAddressOf(listen),
      journal: this.journal,
      apiOf: async () => api,
      foreignLine: 'paid',
      journalAll: false,
      limiters: { paid: limitersOf(), offline: limitersOf() },
      secrets: new Secrets({ ANTHROPIC_API_KEY: key }),
      env: {},
      cpu: noCpu,
      version: 'test',
      say: (message) => this.said.push(message),
      ...this.settings,
    });
    this.address = this.#gateway.address;
  }

  drain(): Promise<void> {
    return this.#gateway!.drain();
  }

  metrics(): string {
    return this.#gateway!.metrics();
  }

  hangUp(): void {
    this.#gateway!.hangUp();
  }

  async kill(): Promise<void> {
    await this.#gateway?.stop();
  }

  /** A worker's link. */
  async worker(settings: { patienceMs?: number; token?: string } = {}): Promise<GatewayClient> {
    const address = gatewayAddressOf(this.address);
    const client = await GatewayClient.connect({ address, say: (message) => this.said.push(message), ...settings });
    this.#clients.push(client);
    return client;
  }
}

export function questionAbout(content: string, part: Partial<LayerQuestion> = {}): LayerQuestion {
  return {
    offline: false,
    body: { model: 'claude-sonnet-5-5', max_tokens: 100, messages: [{ role: 'user', content }] },
    form: {},
    run: 'run-1',
    asker: `run-1/${content}`,
    ...part,
  };
}

/** One try of a branch, as the worker would make it. */
export class Try {
  readonly abort = new AbortController();
  readonly calls: Parameters<Payer['ended']>[0][] = [];
  /** What it was told of an answer under way. */
  readonly said: string[] = [];
  waits = 0;
  /** Resolves when it waits for a call that is not its own. */
  readonly joined: Promise<void>;
  readonly answer: Promise<Paid>;

  constructor(client: GatewayClient, question: LayerQuestion) {
    let joins = () => {};
    this.joined = new Promise((resolve) => (joins = resolve));
    const payer: Payer = {
      signal: this.abort.signal,
      remainingMs: () => 30_000,
      waiting: async (wait) => {
        this.waits += 1;
        return wait().finally(() => (this.waits -= 1));
      },
      joins,
      left: () => {},
      said: (text) => this.said.push(text),
      ended: (call) => this.calls.push(call),
      checkReserve: () => {},
      mayPaySecond: () => true,
      answered: () => {},
      purse: () => undefined,
    };
    const form = answerFormOf({}, { cpu: noCpu, run: '' });
    this.answer = (client.payOnce as (...asked: unknown[]) => Promise<Paid>).call(client, question, payer, form);
    this.answer.catch(() => {});
  }
}
