import { createHash } from 'node:crypto';

import { withoutTransport } from './without-transport.js';

/** A question: what was asked, and of which source. */
export interface Question {
  /**
   * The source of the answer: the API's base URL, or a fixed name for the offline model, whose port changes with every start.
   * Answers of different sources are never taken for one another.
   */
  source: string;
  /** The request body as it would be sent. */
  body: object;
  /** Number of the question where the same one is asked several times on purpose; 0 by default. */
  sample?: number;
}

/** Version of the key. It changes whenever the same question would be written otherwise; older answers are then asked for again. */
const version = 1;

/**
 * The journal's key of a question: 64 hexadecimal digits, the SHA-256 of its canonical JSON.
 *
 * Two bodies have one key exactly if they would be sent as the same JSON but for the order of names and what
 * `withoutTransport` removes. Names are sorted as in RFC 8785, except that JavaScript puts integers before other names; a lone
 * surrogate, which RFC 8785 refuses, is escaped as `JSON.stringify` does it.
 */
export function questionKey({ source, body, sample = 0 }: Question): string {
  return createHash('sha256')
    .update(canonicalJson(['fanfold question', version, source, sample, withoutTransport(body)]))
    .digest('hex');
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (isObject(part) ? sorted(part) : part));
}

// `fromEntries` defines its properties: a name such as `__proto__` stays a name.
function sorted(object: object): object {
  return Object.fromEntries(Object.entries(object).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
