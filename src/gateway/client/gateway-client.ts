import { setTimeout as sleep } from 'node:timers/promises';

import type { GatewayTotals } from '../../contract/gateway-totals.js';
import type { LimiterSnapshot } from '../../contract/limiter.js';
import { formatDuration } from '../../contract/duration.js';
import { isGivenUp } from '../../contract/given-up.js';
import { UnavailableError } from '../../contract/errors.js';
import { RelayedFailure } from '../../model/layer/index.js';
import type { LayerQuestion, ModelLayer, Paid, Payer } from '../../model/layer/index.js';
import { backoffMs } from '../../model/backoff.js';
import type { GatewayAddress } from '../protocol/address.js';
import type { GatewayFrame, Line, Orphan, WorkerFrame } from '../protocol/frames.js';
import { GatewayRoom } from './gateway-room.js';
import { openChannel } from './open-channel.js';
import type { Channel } from './open-channel.js';
import { Pending } from './pending.js';
import type { Link } from './pending.js';

/** How long branches wait for a gateway that is away, in milliseconds, before they fail. */
const defaultPatienceMs = 5 * 60_000;
/** Longest pause between two tries to reach it, in milliseconds: a restart is noticed at once. */
const longestPauseMs = 1_000;

/** Longest wait for whether an answer has been paid for already, in milliseconds. */
const lookMs = 2_000;

export interface GatewayClientSettings {
  address: GatewayAddress;
  /** Of this client, where the gateway asks for one. */
  token?: string | undefined;
  /** Called whenever it could not be reached: has it started, where that is this process's to do. */
  revive?: (() => void) | undefined;
  /** Milliseconds; `defaultPatienceMs` by default. */
  patienceMs?: number | undefined;
  say(message: string): void;
}

/**
 * A worker's link to a gateway: many questions on one connection, and room for its tasks.
 *
 * GatewayClient-1. A connection that is lost is made again, and what was asked is asked again: a gateway that lives knows the question
 *     and goes on with its call, and a new one asks anew.
 * GatewayClient-2. While the gateway is away, branches wait as at a rate limit, and no task is taken on. After `patienceMs` they fail
 *     with `ConnectionFailed`.
 * GatewayClient-3. A gateway that is about to end is asked nothing new.
 */
export class GatewayClient implements ModelLayer {
  readonly rooms: Record<Line, GatewayRoom>;
  readonly hasKey: boolean;
  readonly #settings: GatewayClientSettings;
  readonly #pending = new Map<number, Pending>();
  readonly #limiters: Record<Line, LimiterSnapshot[]> = { paid: [], offline: [] };
  #totals: GatewayTotals | undefined;
  /** The latest connection. Earlier ones stay while their gateways finish what they have. */
  #channel: Channel | undefined;
  readonly #links = new Map<Channel, Link>();
  /** Set while a gateway takes questions. */
  #link: Link | undefined;
  /** Those whose answers are no longer wanted, and of which no connection is known to have told the gateway. */
  readonly #toCut = new Set<string>();
  #downSinceMs: number | undefined = performance.now();
  #lastError = '';
  #onOrphans: (orphans: readonly Orphan[]) => void = () => {};
  readonly #looks = new Map<number, (paid: Paid | undefined) => void>();
  readonly #awaiting: (() => void)[] = [];
  #ids = 0;
  #isClosed = false;
  /** Until a gateway has been there. */
  #isFirst = true;
  #patience: NodeJS.Timeout | undefined;

  private constructor(settings: GatewayClientSettings) {
    this.#settings = settings;
    this.hasKey = settings.revive === undefined;
    const send = (frame: WorkerFrame): void => this.#channel?.send(frame);
    this.rooms = { paid: new GatewayRoom('paid', send), offline: new GatewayRoom('offline', send) };
    this.#watchPatience();
  }

  /**
   * Connects, or goes on trying to: a worker may be started before its gateway.
   *
   * @throws UnavailableError where there is a gateway that does not let it in
   */
  static async connect(settings: GatewayClientSettings): Promise<GatewayClient> {
    const client = new GatewayClient(settings);
    try {
      await client.#connectOnce();
    } catch (error) {
      if (error instanceof UnavailableError) throw error;
      if (settings.revive === undefined)
        settings.say(`no gateway at ${settings.address.shown} yet (${(error as Error).message}); it is tried again.`);
      settings.revive?.();
      void client.#reconnect();
    }
    return client;
  }

  /** Resolves when a gateway takes questions. */
  greeted(): Promise<void> {
    if (this.#link !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.#awaiting.push(resolve));
  }

  /** Questions of tasks, and not of lanes, that wait for their call at the gateway. */
  waitingTasks(line: Line): number {
    let count = 0;
    for (const pending of this.#pending.values()) if (pending.isWaitingTask(line)) count += 1;
    return count;
  }

  /** @param listener told of branches whose calls are under way though no worker waits for them */
  onOrphans(listener: (orphans: readonly Orphan[]) => void): void {
    this.#onOrphans = listener;
  }

  /** Has the calls of a branch cut that nobody waits for; on the next connection too, where this one is dead. */
  cutAsker(asker: string): void {
    this.#toCut.add(asker);
    this.#link?.send({ is: 'cut-asker', asker });
  }

  limits(line: Line): LimiterSnapshot[] {
    return this.#limiters[line];
  }

  /** What it has done since it was started, where it tells so. */
  totals(): GatewayTotals | undefined {
    return this.#totals;
  }

  async payOnce(question: LayerQuestion, payer: Payer): Promise<Paid> {
    payer.signal.throwIfAborted();
    if (this.#isOutOfPatience) throw this.#awayTooLong();
    // Who asks again wants it.
    this.#toCut.delete(question.asker);
    this.#ids += 1;
    const pending = new Pending(this.#ids, question, payer);
    this.#pending.set(pending.id, pending);
    if (this.#link !== undefined) pending.askAt(this.#link);
    try {
      return await pending.answer;
    } catch (error) {
      // The connection may have been lost with the word.
      const isCut = payer.signal.aborted && !pending.isTold && !isGivenUp(payer.signal.reason);
      if (isCut) this.cutAsker(question.asker);
      throw error;
    } finally {
      this.#pending.delete(pending.id);
    }
  }

  async paidBefore(question: LayerQuestion): Promise<Paid | undefined> {
    const link = this.#link;
    if (link === undefined) return undefined;
    this.#ids += 1;
    const id = this.#ids;
    const seen = new Promise<Paid | undefined>((resolve) => this.#looks.set(id, resolve));
    link.send({ is: 'look', id, question });
    const over = new AbortController();
    try {
      // What is recorded is played, whether the gateway says something or not.
      return await Promise.race([seen, sleep(lookMs, undefined, { ref: false, signal: over.signal })]);
    } finally {
      over.abort();
      this.#looks.delete(id);
    }
  }

  /** Ends the link. What is still asked belongs to the gateway. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#patience);
    for (const channel of this.#links.keys()) channel.close();
    this.#channel?.close();
  }

  async #connectOnce(): Promise<void> {
    const channel = await openChannel(
      this.#settings,
      (frame, from) => this.#take(frame, from),
      (from) => this.#lost(from),
    );
    if (this.#isClosed) channel.destroy();
    else this.#channel = channel;
  }

  async #reconnect(): Promise<void> {
    for (let tries = 1; !this.#isClosed; tries += 1) {
      try {
        return await this.#connectOnce();
      } catch (error) {
        this.#lastError = (error as Error).message;
        this.#settings.revive?.();
      }
      await sleep(Math.min(longestPauseMs, backoffMs(tries, 'full', Math.random) / 10), undefined, { ref: false });
    }
  }

  #take(frame: GatewayFrame, channel: Channel): void {
    switch (frame.is) {
      case 'hello':
        return this.#greeted(frame.gateway, channel);
      case 'wait':
        return this.#pending.get(frame.id)?.waits(frame.on, frame.unasked);
      case 'joined':
        return this.#pending.get(frame.id)?.joined(frame.on);
      case 'rejoined':
        return this.#pending.get(frame.id)?.rejoined();
      case 'said':
        return this.#pending.get(frame.id)?.said(frame.text);
      case 'seen':
        return this.#looks.get(frame.id)?.(frame.paid);
      case 'done':
        return this.#pending.get(frame.id)?.done(frame);
      case 'room':
        return channel === this.#channel ? this.rooms[frame.line].set(frame.out) : undefined;
      case 'limits':
        return void (this.#limiters[frame.line] = frame.limiters);
      case 'totals':
        return void (this.#totals = frame.totals);
      case 'orphans':
        return this.#onOrphans(frame.orphans);
      case 'bye':
        return this.#dismissed(channel);
      case 'pong':
        return;
    }
  }

  #greeted(gateway: string, channel: Channel): void {
    const link: Link = { gateway, send: (frame) => channel.send(frame) };
    this.#links.set(channel, link);
    this.#link = link;
    this.#downSinceMs = undefined;
    clearTimeout(this.#patience);
    for (const tell of this.#awaiting.splice(0)) tell();
    if (this.#lastError !== '' && !(this.#isFirst && this.#settings.revive !== undefined))
      this.#settings.say(`the gateway at ${this.#settings.address.shown} is there again.`);
    this.#lastError = '';
    this.#isFirst = false;
    for (const room of Object.values(this.rooms)) room.tell();
    for (const asker of this.#toCut) link.send({ is: 'cut-asker', asker });
    this.#toCut.clear();
    for (const pending of this.#pending.values()) if (pending.link === undefined) pending.askAt(link);
  }

  /** The gateway ends: it finishes what it has, and its successor is looked for meanwhile. */
  #dismissed(channel: Channel): void {
    if (channel !== this.#channel) return;
    this.#away('it takes no new questions');
  }

  #lost(channel: Channel): void {
    const link = this.#links.get(channel);
    this.#links.delete(channel);
    for (const pending of this.#pending.values()) if (link !== undefined && pending.link === link) pending.lost();
    if (this.#channel === channel && !this.#isClosed) this.#away('the connection was lost');
  }

  #away(why: string): void {
    if (this.#link !== undefined)
      this.#settings.say(`the gateway at ${this.#settings.address.shown} is away (${why}); branches wait for it.`);
    this.#channel = undefined;
    this.#link = undefined;
    this.#downSinceMs ??= performance.now();
    this.#lastError = why;
    for (const room of Object.values(this.rooms)) room.set(0);
    this.#watchPatience();
    void this.#reconnect();
  }

  get #patienceMs(): number {
    return this.#settings.patienceMs ?? defaultPatienceMs;
  }

  get #isOutOfPatience(): boolean {
    return this.#downSinceMs !== undefined && performance.now() - this.#downSinceMs >= this.#patienceMs;
  }

  #watchPatience(): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => {
      for (const pending of this.#pending.values()) if (pending.link === undefined) pending.fail(this.#awayTooLong());
    }, this.#patienceMs).unref();
  }

  #awayTooLong(): RelayedFailure {
    const { shown } = this.#settings.address;
    const awayMs = performance.now() - (this.#downSinceMs ?? performance.now());
    return new RelayedFailure({
      type: 'ConnectionFailed',
      message: `The gateway at ${shown} has been away for ${formatDuration(Math.round(awayMs / 1_000) * 1_000)}: ${this.#lastError}.`,
    });
  }
}
