import type { IncomingMessage } from 'node:http';

import { priorities } from '../../contract/priority.js';
import type { Share } from '../../contract/priority.js';

/** Who a call was made for. */
export interface Account {
  run: string;
  client: string;
}

/** Whose a call of another program is, among those that wait. */
export type ForeignShare = Required<Pick<Share, 'key' | 'priority'>>;

/** What is said of another priority. */
export const expectedPriority = `Expected the header \`fanfold-priority\` to be a whole number from ${priorities.first} to ${priorities.last}.`;

/** Most characters of a run's name. */
const longestName = 200;

/** Whom a request is charged to: its client, and the run that it names by the header `fanfold-run`, other characters than ASCII's as %XX. */
export function accountOf({ headers }: Pick<IncomingMessage, 'headers'>, client: string): Account {
  const given = headers['fanfold-run'];
  return { client, run: typeof given === 'string' ? decoded(given).slice(0, longestName) : '' };
}

/**
 * Whose the call is among those that wait: the run's that is named, else the client's, with the priority in the header `fanfold-priority`.
 *
 * @returns `undefined` for a header that is no priority
 */
export function shareOfRequest(
  { headers }: Pick<IncomingMessage, 'headers'>,
  { client, run }: Account,
): ForeignShare | undefined {
  const given = headers['fanfold-priority'] ?? String(priorities.usual);
  const priority = Number(given);
  const isOne = /^\d$/.test(String(given)) && priority >= priorities.first && priority <= priorities.last;
  return isOne ? { key: `${client}/${run}`, priority } : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
