import type { CallRecord } from '../calls/call-record.js';
import type { CallMatch, PartMatch, Pattern } from './rule.js';

/** The texts of a call that patterns are tried on. */
export interface CallTexts {
  prompt: string;
  document: string;
  system: string;
  /** Made only when asked for: it may be megabytes. */
  body(): string;
}

/**
 * A match as a function, every pattern compiled once.
 *
 * @throws SyntaxError when a pattern is no regular expression
 */
export function compileMatch(match: CallMatch | undefined): (call: CallRecord, texts: CallTexts) => boolean {
  if (match === undefined) return () => true;
  if (typeof match === 'function') return (call) => match(call);
  if (typeof match === 'string' || match instanceof RegExp) return compileParts({ prompt: match });
  return compileParts(match);
}

function compileParts(parts: PartMatch): (call: CallRecord, texts: CallTexts) => boolean {
  const tests = Object.entries(parts)
    .filter((entry): entry is [keyof PartMatch, Pattern] => entry[1] !== undefined)
    .map(([part, pattern]) => ({ part, expression: compile(pattern) }));
  return (call, texts) => tests.every(({ part, expression }) => expression.test(textOf(part, call, texts)));
}

function compile(pattern: Pattern): RegExp {
  // A global or sticky expression would remember where it stopped and miss every other call.
  return typeof pattern === 'string'
    ? new RegExp(pattern, 'u')
    : new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
}

function textOf(part: keyof PartMatch, call: CallRecord, texts: CallTexts): string {
  if (part === 'model') return call.model;
  return part === 'body' ? texts.body() : texts[part];
}
