import type { IncomingMessage } from 'node:http';

/** Who a call was made for. */
export interface Account {
  run: string;
  client: string;
}

/** Most characters of a run's name. */
const longestName = 200;

/** Whom a request is charged to: its client, and the run that it names by the header `fanfold-run`, other characters than ASCII's as %XX. */
export function accountOf({ headers }: Pick<IncomingMessage, 'headers'>, client: string): Account {
  const given = headers['fanfold-run'];
  return { client, run: typeof given === 'string' ? decoded(given).slice(0, longestName) : '' };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
