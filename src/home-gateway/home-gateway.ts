import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { GatewayClient } from '../gateway/index.js';
import { gatewayPlace, homePaths, isListening } from '../server/index.js';
import type { GatewayPlace, Say } from '../server/index.js';
import { gatewaySettingsOf } from './gateway-settings.js';
import type { Program } from './gateway-settings.js';

/** Longest wait for a gateway to be there when a worker begins, in milliseconds; less than half a second is usual. */
const thereWithinMs = 20_000;

/** Shortest and longest pause between two starts, in milliseconds: one that ends at once is not started without end. */
const pauses = { leastMs: 1_000, mostMs: 30_000 };

/**
 * How long one that somebody else has begun is left to start, in milliseconds: on a busy machine a second one beside it, which ends by itself,
 * took a third of a second of CPU from what everybody waited for.
 */
const begunWithinMs = 5_000;

interface Start {
  rampFrom?: number | undefined;
  /** Whether whoever has started this process has started one beside it. */
  isBegun?: boolean | undefined;
}

/**
 * The gateway of a home, in the background: the calls of its workers outlast them.
 *
 * HomeGateway-1. Workers whose settings differ, such as the key or the API's address, have gateways of their own.
 * HomeGateway-2. One that has died is started anew by whichever worker notices.
 * HomeGateway-3. Where none can be started, a worker asks models itself.
 */
export class HomeGateway {
  readonly #home: string;
  readonly #program: Program;
  readonly #place: GatewayPlace;
  readonly #rampFrom: number | undefined;
  #child: Promise<ChildProcess> | undefined;
  #ended = false;
  #startedAtMs = -Infinity;
  #pauseMs = pauses.leastMs;

  private constructor(home: string, program: Program, place: GatewayPlace, rampFrom: number | undefined) {
    this.#home = home;
    this.#program = program;
    this.#place = place;
    this.#rampFrom = rampFrom;
  }

  /** Whether a home can have one: see `gatewayPlace`. */
  static async canBe(home: string, program: Program): Promise<boolean> {
    return (await HomeGateway.of(home, program)) !== undefined;
  }

  /**
   * @param rampFrom calls at once to begin with, where somebody has said it
   * @returns `undefined` where the environment names a gateway, or wants none, or none can be
   */
  private static async of(home: string, program: Program, rampFrom?: number): Promise<HomeGateway | undefined> {
    if (program.env['FANFOLD_GATEWAY']) return undefined;
    const place = gatewayPlace(home, await gatewaySettingsOf(program, rampFrom), program.cwd);
    return place && new HomeGateway(home, program, place, rampFrom);
  }

  /** The same, started where the home may have a server of its own: it is there before the worker is. */
  static async beside(home: string, program: Program, start: Start = {}): Promise<HomeGateway | undefined> {
    if (program.env['TEMPORAL_ADDRESS'] || program.env['TEMPORAL_PROFILE']) return undefined;
    return HomeGateway.started(home, program, start);
  }

  /** The same, whatever server the worker is at. */
  static async started(
    home: string,
    program: Program,
    { rampFrom, isBegun = false }: Start = {},
  ): Promise<HomeGateway | undefined> {
    const gateway = await HomeGateway.of(home, program, rampFrom);
    if (gateway === undefined) return undefined;
    if (isBegun) gateway.#leaveToStart();
    else if (!(await isListening(gateway.#place.socket))) gateway.start();
    return gateway;
  }

  /** Starts one, which ends by itself where there is one already. It does nothing where that has just been done. */
  start(): void {
    if (this.#child !== undefined && !this.#ended) return;
    if (performance.now() - this.#startedAtMs < this.#pauseMs) return;
    if (this.#child !== undefined) this.#pauseMs = Math.min(pauses.mostMs, this.#pauseMs * 2);
    this.#startedAtMs = performance.now();
    this.#ended = false;
    this.#child = this.#spawn();
    this.#child.then(
      (child) => child.once('exit', () => (this.#ended = true)).once('error', () => (this.#ended = true)),
      () => (this.#ended = true),
    );
  }

  /**
   * A link to it, started where it does not run.
   *
   * @returns `undefined` where none can be had, which is said
   */
  async connect(say: Say): Promise<GatewayClient | undefined> {
    const { socket, settings } = this.#place;
    const address = { kind: 'unix', path: socket, shown: `${this.#home} (${settings})` } as const;
    const client = await GatewayClient.connect({ address, revive: () => this.start(), say });
    const over = new AbortController();
    const isThere = await Promise.race([
      client.greeted().then(() => true),
      this.#failed(over.signal),
      // A program that has nothing else to do yet would end meanwhile.
      sleep(thereWithinMs, false, { signal: over.signal }).catch(() => false),
    ]);
    over.abort();
    if (isThere) return client;
    client.close();
    say(
      `the gateway of this home did not start; see ${homePaths(this.#home).gatewayLog}. This worker asks models itself.`,
    );
    return undefined;
  }

  /** Resolves when a gateway that was started here has failed. */
  async #failed(over: AbortSignal): Promise<false> {
    while (!over.aborted) {
      const child = await this.#child?.catch(() => null);
      if (child === null || (child !== undefined && (child.exitCode ?? 0) !== 0)) return false;
      await sleep(50, undefined, { signal: over, ref: false }).catch(() => {});
    }
    return false;
  }

  #leaveToStart(): void {
    this.#startedAtMs = performance.now() + begunWithinMs - this.#pauseMs;
  }

  async #spawn(): Promise<ChildProcess> {
    const { env, cwd, nodePath, entry } = this.#program;
    const log = await open(homePaths(this.#home).gatewayLog, 'a', 0o600);
    const program = fileURLToPath(new URL('../../cli/gateway.js', pathToFileURL(entry)));
    const words = [program, this.#home, this.#place.settings, String(this.#rampFrom ?? '')];
    try {
      const child = spawn(nodePath, words, { detached: true, stdio: ['ignore', log.fd, log.fd], cwd, env });
      child.unref();
      return child;
    } finally {
      await log.close();
    }
  }
}
