import type { CallRecord } from '../calls/call-record.js';
import type { Fault } from './fault.js';

/** A regular expression, or the source of one: scripts from a file have strings. */
export type Pattern = RegExp | string;

/** Patterns that must all match. */
export interface PartMatch {
  prompt?: Pattern | undefined;
  document?: Pattern | undefined;
  system?: Pattern | undefined;
  model?: Pattern | undefined;
  /** The whole request as JSON. */
  body?: Pattern | undefined;
}

/**
 * Which calls. A pattern is tried on the prompt: what the user said, documents left out. A function finds the whole request
 * in `call.request`.
 */
export type CallMatch = Pattern | PartMatch | ((call: CallRecord) => boolean);

/** Groups of endpoints. */
export const endpoints = ['messages', 'count-tokens', 'batches', 'models'] as const;
/** A group of endpoints that a rule is about. */
export type Endpoint = (typeof endpoints)[number];

/** A rule: which calls, and what becomes of them. The first rule that matches and is not used up strikes. */
export interface FaultRule {
  /** Default `messages`. Elsewhere only errors, `slow`, hangs and resets before the headers, and whole bodies apply, and the prompt is method and path. */
  on?: Endpoint | undefined;
  /** Default: every call. */
  match?: CallMatch | undefined;
  /** Matching calls that pass before the rule applies. Default 0. */
  skip?: number | undefined;
  /** Calls it applies to; then it is used up. Default: all. */
  times?: number | undefined;
  fault: Fault;
}
