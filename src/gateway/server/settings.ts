import type { Journal } from '../../journal/index.js';
import type { ModelApi } from '../../model/call/client.js';
import type { PatternHost } from '../../model/call/schema-fit.js';
import type { WatchdogSettings } from '../../model/call/watchdog.js';
import type { Limiters } from '../../model/limiter/index.js';
import type { Secrets } from '../../secrets/index.js';
import type { GatewayAddress } from '../protocol/address.js';
import type { Line } from '../protocol/frames.js';
import type { Clients } from './clients.js';

export interface GatewaySettings {
  listen: GatewayAddress;
  /** Who may ask; without it everybody on this machine. */
  clients?: Clients | undefined;
  /** Certificate chain and key in PEM; without them it speaks plain HTTP. */
  tls?: { cert: string; key: string } | undefined;
  journal: Journal;
  /** The API of a question's model. @throws FanfoldError `NoApiKey` */
  apiOf(question: { offline: boolean; body: { model: string } }): Promise<ModelApi>;
  /** Which model clients that are no workers of fanfold's ask. */
  foreignLine: Line;
  /** Whether their questions are answered from the journal though they do not say that they want it. */
  journalAll: boolean;
  limiters: Record<Line, Limiters>;
  watchdogs?: WatchdogSettings | undefined;
  secrets: Secrets;
  env: NodeJS.ProcessEnv;
  /** Whether traces may hold prompts and answers; `false` by default. */
  tracesContent?: boolean | undefined;
  cpu: PatternHost['cpu'];
  /** US dollars that all calls of one day (UTC) may cost; any by default. */
  budgetPerDayUsd?: number | undefined;
  /** Called when a program of this user, on a socket that is only theirs, asks the gateway to end; nobody may by default. */
  onEndAsked?: (() => void) | undefined;
  /** Whether whoever asks, and workers, are told what all calls cost: on a socket that is only their user's. By default nobody is. */
  tellsTotals?: boolean | undefined;
  /** Of fanfold. */
  version: string;
  say(message: string): void;
}
