import { FanfoldError, UnavailableError } from '../contract/errors.js';
import type { PostgresUse } from './postgres-use.js';

/** SQLSTATEs (PostgreSQL manual, appendix A) after which the same statement may succeed. */
const passing = /^(08|57P0[123]|53300|40001|40P01)/;
/** Node's, while a server is being restarted or out of reach. */
const lost = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)$/;
/** The driver's own errors have no code. */
const lostMessage = /Connection terminated|timeout exceeded|connection error|Query read timeout/;

/** Whether the connection was lost or the server was busy, so that the statement may be repeated. */
export function isPassing(error: unknown): boolean {
  const { code, message } = codeAndMessage(error);
  return code === undefined ? lostMessage.test(message) : passing.test(code) || lost.test(code);
}

/** The tables are not there, or not as they should be (undefined table, undefined column). */
export function isMissing(error: unknown): boolean {
  return ['42P01', '42703'].includes(codeAndMessage(error).code ?? '');
}

/** The error for whoever uses it: `JournalUnusable`, `StoreFull` and so on. `place` names no secret. */
export function unusable(error: unknown, place: string, { name, variable, elsewhere, smaller }: PostgresUse): Error {
  if (error instanceof FanfoldError) return error;
  const { code, message } = codeAndMessage(error);
  const type = name === 'journal' ? 'Journal' : 'Store';
  if (code === '53100' || code === '53400') {
    return new FanfoldError(
      `${type}Full`,
      `There is no space left for the ${name} ${place}: ${message}.`,
      `Make room on the database server, or make the ${name} smaller with \`${smaller}\`.`,
      error,
    );
  }
  const advice =
    code === '42501'
      ? 'Its user must be allowed to create tables the first time, and to read and write them.'
      : `Check ${variable}, or ${elsewhere}.`;
  return new UnavailableError(`${type}Unusable`, `The ${name} ${place} cannot be used: ${message}.`, advice, error);
}

// Where a host has several addresses, Node's error for all of them has no message of its own.
function codeAndMessage(error: unknown): { code: string | undefined; message: string } {
  const { code, message, errors } = error as { code?: string; message?: string; errors?: Error[] };
  return { code, message: message || (errors?.map((each) => each.message).join('; ') ?? String(error)) };
}
