import type { Line } from '../protocol/frames.js';
import type { Books } from './books.js';
import { boundOf } from './bound-of.js';
import type { Money } from './flight.js';

/** How questions of workers are paid for. The offline model costs nothing. */
export function moneyOf(line: Line, books: Books): Money {
  if (line === 'offline')
    return { reserve: async () => () => {}, reserveSecond: () => () => {}, spent: async () => {} };
  // Estimates take time: without a budget nobody needs them.
  return {
    reserve: async ({ body, form }) =>
      books.isBounded ? books.reserve(boundOf(body, form.outputSchema !== undefined)) : () => {},
    reserveSecond: ({ body }) => books.reserveSecond(books.isBounded ? boundOf(body, false) : null),
    spent: ({ run, body, form }, client, call) =>
      books.spent({ run, client }, call, books.isBounded ? boundOf(body, form.outputSchema !== undefined) : null),
  };
}
