import type { Share } from '../../contract/priority.js';
import type { Bound } from '../limiter/index.js';
import type { Secrets } from '../../secrets/index.js';
import type { Limiters } from '../limiter/index.js';
import type { EndedCall } from './ended-call.js';
import type { WatchdogSettings } from './watchdog.js';

export interface ModelCallerSettings {
  /** Without them calls leave as they come. */
  limiters?: Pick<Limiters, 'of'> | undefined;
  /** Default: `watchdogDefaults`. */
  watchdogs?: WatchdogSettings | undefined;
  /** Taken out of what the API says. */
  secrets: Secrets;
  /** Says which proxy the API is asked through; by default none. */
  env?: NodeJS.ProcessEnv | undefined;
  /** Whether traces may hold prompts and answers; `false` by default. */
  tracesContent?: boolean | undefined;
}

/** Who makes a call, and is told how it goes. */
export interface Caller {
  signal: AbortSignal;
  /** How long it waits for an API that lets no call through; for ever by default. */
  bound?: Bound;
  /** Whose call it is, among those that wait at the limiter. */
  share?: Share;
  /** Whether it is of a lane. */
  ofLane?: boolean;
  /** Milliseconds that are left for the call. */
  remainingMs(): number;
  /** Runs a wait that is not the call's own time. */
  waiting<T>(wait: () => Promise<T>): Promise<T>;
  /** A call leaves. Before it `waiting` may have thrown; after it `ended` is called once. */
  left(): void;
  /** So much of the answer's text has come, of one that is streamed. */
  said?(text: string): void;
  /** A call has ended. */
  ended(call: EndedCall): void;
}
