import { APIError } from '@anthropic-ai/sdk';

import { classify } from './error-table.js';

/** Statuses after which the API, or a proxy before it, may have given up an answer that had begun. */
const perhapsCharged = new Set([408, 502, 504]);

/** Whether an error says that the API has charged nothing: it refused the call, or failed before answering, or nothing was sent. */
export function isFree(error: unknown): boolean {
  if (classify(error) === 'NoApiKey') return true;
  return error instanceof APIError && error.status !== undefined && !perhapsCharged.has(error.status);
}
