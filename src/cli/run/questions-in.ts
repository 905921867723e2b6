import type { FanOutPlan } from '../../plan/fan-out-plan.js';
import { LocalFile } from '../read/local-file.js';
import type { WorkerNeed } from '../worker/worker-need.js';
import { inOnePiece } from './one-piece.js';

/** What the branches of a narrow run ask. A fan-in asks what nobody knows yet. */
export function questionsIn({ branches, fanIn }: FanOutPlan, document?: string): Pick<WorkerNeed, 'questions'> {
  if (fanIn.how !== 'merge') return {};
  return {
    async *questions() {
      for (const { request, unreadable } of branches) {
        if (unreadable !== undefined) continue;
        const own = request.document;
        const text = own !== undefined && 'inline' in own && own.inline !== '' ? own.inline : document;
        yield { request: inOnePiece(request), document: own instanceof LocalFile ? await own.content() : text };
      }
    },
  };
}
