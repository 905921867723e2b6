import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import type { ModelCall } from '../../src/contract/model-call.js';
import type { ModelRequest } from '../../src/contract/model-request.js';
import { buildRequest, estimateTokens, isCached, sizeOf, upperBoundUsd } from '../../src/model/index.js';
import { modelFor } from './api-for.js';
import type { ActivitiesSettings } from '../settings.js';
import type { Asking } from './asking.js';
import { prepare } from './prepare.js';
import type { Prepared } from './prepare.js';

/** One question as it is sent. */
export interface Question {
  body: MessageCreateParamsNonStreaming;
  /** Set where it is about a part of a document that is read in parts. */
  part?: Part | undefined;
}

/** Which of the questions about one document it is. */
export interface Part {
  /** From 1. */
  number: number;
  /** Its answer is the branch's. */
  isLast: boolean;
}

/** Puts a question together, and tells the attempt what it may cost. */
export function questionAbout(document: Prepared['document'], prompt: string, asking: Asking, part?: Part): Question {
  const { call, attempt, form, prepared, equipment } = asking;
  const model = modelFor({ offline: call.offline, model: call.request.model }, equipment.settings);
  const request = { ...call.request, model };
  const body = buildRequest({ ...request, prompt }, document, form.format?.wire, prepared.turns);
  attempt.asks(() => boundOf(request, body, call.mostUsd === undefined ? 0 : Infinity), call.mostUsd);
  return { body, part };
}

/**
 * The most that one question of a call may cost, in US dollars; 0 where its price is not known.
 *
 * @throws FanfoldError `DocumentMissing` where what it speaks of is not in the store
 */
export async function boundOfCall(call: ModelCall, settings: ActivitiesSettings): Promise<number> {
  if (call.reserve !== undefined) return call.reserve.questionUsd;
  const { document, prompt, turns } = await prepare(call, settings);
  const request = { ...call.request, model: modelFor({ offline: call.offline, model: call.request.model }, settings) };
  return boundOf(request, buildRequest({ ...request, prompt }, document, request.outputSchema, turns), 0);
}

/** The most that one question may cost, in US dollars. @param unpriced what stands for a price that is not known */
function boundOf(request: ModelRequest, body: MessageCreateParamsNonStreaming, unpriced: number): number {
  return upperBoundUsd(sizeOf({ ...request, cacheDocument: isCached(body) }, estimateTokens(body))) ?? unpriced;
}
