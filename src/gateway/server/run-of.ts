import type { IncomingMessage } from 'node:http';

/** Most characters of a run's name. */
const longestName = 200;

/** The name that a client gives its call by the header `fanfold-run`; other characters than ASCII's come as %XX. */
export function runOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['fanfold-run'];
  return typeof given === 'string' ? decoded(given).slice(0, longestName) : '';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
