import { APIError } from '@anthropic-ai/sdk';
import type { Response } from 'undici';

import { outcomeOfFailure } from '../../model/limiter/index.js';
import type { CallOutcome } from '../../model/limiter/index.js';

/** What the limiter learns of an answer that is an error. */
export function outcomeOfStatus(
  { status, headers }: Response,
  text: string,
  redact: (text: string) => string,
): CallOutcome {
  let told: object | undefined;
  try {
    told = JSON.parse(text) as object;
  } catch {
    // A page of a proxy says nothing about limits.
  }
  const error = APIError.generate(status, told, text, headers as unknown as Headers);
  return outcomeOfFailure(error, Date.now(), redact);
}
