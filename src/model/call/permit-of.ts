import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import { fileTokensIn, textsIn } from '../index.js';
import type { Limiters, Permit } from '../limiter/index.js';
import type { Caller } from './caller.js';
import { inWaitSpan } from './wait-span.js';

/** Characters of ordinary text to a token, roughly; the limiter corrects by what the API counts. */
const charactersPerToken = 3.5;

/** Waits for the call's turn at the limiter, where there is one. */
export async function permitOf(
  limiters: Pick<Limiters, 'of'> | undefined,
  body: MessageCreateParamsNonStreaming,
  caller: Caller,
  waitMs: number | undefined,
): Promise<Permit | undefined> {
  const limiter = limiters?.of(body.model);
  if (limiter === undefined) return undefined;
  const inputTokens = Math.ceil(textsIn(body).join('').length / charactersPerToken) + fileTokensIn(body);
  const { bound, share, ofLane } = caller;
  const ask = { inputTokens, patienceMs: waitMs, bound, share, ofLane };
  return inWaitSpan('wait for the limiter', () => caller.waiting(() => limiter.dispatch(ask, caller.signal)));
}
