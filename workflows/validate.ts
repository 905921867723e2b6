import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';

import type { Activities } from '../src/contract/activities.js';
import { mergeFindings, remarksOfPattern } from '../src/contract/findings.js';
import { taskQueues } from '../src/contract/names.js';
import type { Policy } from '../src/contract/plan.js';
import type { RunResult } from '../src/contract/run-result.js';
import { localGrammar, planValidate, remarksOf } from '../src/contract/validate-plan.js';
import type { ValidateInput } from '../src/contract/validate-plan.js';
import { activityBranch } from './branch.js';
import type { Branch } from './branch.js';
import { checked } from './checked.js';
import { fanOut } from './fan-out.js';
import { finish } from './finish.js';
import { inlineOf } from './graph-state.js';
import { modelBranches } from './model-branches.js';
import { RunProgress } from './progress.js';

const { checkGrammar } = proxyActivities<Activities>({ startToCloseTimeout: '5m' });

/** Several checks read one text at once; what they find is merged into one list, in the order of the text. */
export async function validate(input: ValidateInput): Promise<RunResult> {
  const { asked, patterns, hasLocalGrammar, keys, severities } = checked(() => planValidate(input));
  const progress = new RunProgress(keys, input.searchable ?? false);
  const branches = [
    ...modelBranches(asked),
    ...patterns.map((check) => ({
      ...activityBranch(check.name, async () => ({ findings: remarksOfPattern(input.text, check) })),
      boundUsd: 0,
    })),
    ...(hasLocalGrammar ? [grammarBranch(input, asked.policy)] : []),
  ].toSorted((one, other) => keys.indexOf(one.key) - keys.indexOf(other.key));
  const running = fanOut(branches, asked.policy, progress);
  progress.answered(await running.answer, asked.policy);
  const outcomes = await running.outcomes;
  const checks = outcomes.flatMap(({ key, status, output }) =>
    status === 'ok' && output !== undefined
      ? [{ check: key, remarks: remarksOf(key, inlineOf(output, key), severities.get(key)) }]
      : [],
  );
  const { findings, conflicts, unplaced } = mergeFindings(input.text, checks);
  const result = finish(outcomes, asked.policy, progress, { output: { inline: { findings, unplaced } } });
  return { ...result, ...(conflicts.length > 0 && { contradictions: conflicts }) };
}

/** Rules look at it while the model does, on the queue of CPU-bound work. */
function grammarBranch({ document, title = '' }: ValidateInput, { timeoutMs }: Policy): Branch {
  return {
    key: localGrammar,
    boundUsd: 0,
    run: (place) =>
      checkGrammar.executeWithOptions(
        {
          activityId: localGrammar,
          taskQueue: taskQueues.cpu,
          startToCloseTimeout: timeoutMs,
          heartbeatTimeout: '10s',
          retry: { maximumAttempts: 2 },
          cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
          summary: localGrammar,
        },
        [{ ...place, text: document, markdown: /\.(md|markdown)$/i.test(title) }],
      ),
  };
}
