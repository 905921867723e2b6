import { SpanStatusCode, trace } from '@opentelemetry/api';

import type { Answer, ModelCall } from '../../src/contract/model-call.js';
import type { Host } from './host.js';

/** Traces one try of a branch as a span, in a lane as well as in an activity of its own. Without tracing it only runs the try. */
export function inBranchSpan(
  { key, index }: Pick<ModelCall, 'key' | 'index'>,
  { attempt }: Pick<Host, 'attempt'>,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const attributes = { 'fanfold.branch.key': key, 'fanfold.branch.index': index, 'fanfold.attempt': attempt };
  return trace.getTracer('fanfold').startActiveSpan(`branch ${key}`, { attributes }, async (span) => {
    try {
      const answer = await work();
      span.setAttributes({
        'fanfold.branch.status': answer.status,
        'fanfold.reused': answer.reused,
        'fanfold.cost_usd': answer.ledger.costUsd ?? 0,
      });
      return answer;
    } catch (error) {
      const { type, name } = error as { type?: string; name?: string };
      span.setAttribute('error.type', type ?? name ?? 'Error').setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
