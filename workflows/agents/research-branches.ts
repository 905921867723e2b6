import { inlineAnswersBytes } from '../../src/contract/limits.js';
import type { ModelRequest, WantedCall } from '../../src/contract/model-request.js';
import type { ResearchPlan } from '../../src/plan/research-plan.js';
import { ask } from '../engine/ask.js';
import type { Branch } from '../engine/branch.js';
import { callToolOf, toolNamed } from './call-tool.js';

/** Most bytes of what one call returns: more would not fit into what its task is answered from. */
const mostToolBytes = 20_000;

/** A branch that asks the model, and may spend so much. */
export function questionBranch(
  { model, policy }: ResearchPlan,
  key: string,
  request: ModelRequest,
  mostUsd: number,
): Branch {
  return {
    key,
    run: (place) =>
      ask({
        ...place,
        request,
        offline: model.offline,
        // A source answers in seconds, a model may take minutes.
        timeoutMs: Math.max(policy.timeoutMs, 300_000),
        attempts: policy.attempts,
        inlineBytes: Math.floor(inlineAnswersBytes / 20),
        ...(model.fresh && { freshSinceMs: place.queuedAtMs }),
        ...(mostUsd < Infinity && { mostUsd }),
      }),
  };
}

/** A branch that calls a tool. */
export function toolBranch(plan: ResearchPlan, { name, input }: WantedCall, key: string): Branch {
  return {
    key,
    run: async (place) => callToolOf(toolNamed(name, plan.tools), input, place, plan, { inlineBytes: mostToolBytes }),
  };
}
