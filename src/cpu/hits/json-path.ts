import { jsonpath } from 'json-p3';
import type { JSONPathQuery } from 'json-p3';

/** A number of JSON as RFC 9535 has it. */
const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

const environment = new jsonpath.JSONPathEnvironment();

// The library takes every number that begins with 0 for one with a leading zero, 0.5 too.
environment['parser']['tokenMap'].set(jsonpath.TokenKind.NUMBER, ({ current }: { current: jsonpath.Token }) => {
  if (numberPattern.test(current.value)) {
    return new jsonpath.expressions.NumberLiteral(current, Number(current.value));
  }
  throw new jsonpath.JSONPathSyntaxError(`invalid number literal '${current.value}'`, current);
});

/** @throws Error where it is no JSONPath (RFC 9535) */
export function compilePath(path: string): JSONPathQuery {
  return environment.compile(path);
}
