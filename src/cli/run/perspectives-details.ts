import { formatDuration } from '../../contract/duration.js';
import { markdownLine } from '../../fold/visible-text.js';
import type { FanOutPlan } from '../../plan/fan-out-plan.js';
import type { Document } from '../read/read-document.js';
import { sizeOf } from './size-of-document.js';

/** What the Web UI says of a run of perspectives, as Markdown. */
export function detailsOf({ branches, policy, offline }: FanOutPlan, document: Document): string {
  const { join, timeoutMs, attempts, concurrency } = policy;
  return [
    `**${branches.length} perspectives** on ${markdownLine(document.title)} (${sizeOf(document)})`,
    '',
    ...branches.map(
      ({ key, request }) =>
        `- ${markdownLine(key)}: ${markdownLine(request.model)}, at most ${request.maxTokens} tokens`,
    ),
    '',
    `Join ${join}, ${formatDuration(timeoutMs)} and ${attempts} attempts a branch, at most ${concurrency} at once${offline ? ', offline model' : ''}.`,
  ].join('\n');
}
