import { ActivityCancellationType, patched, proxyActivities } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';

import type { Activities } from '../../src/contract/activities.js';
import { taskQueues } from '../../src/contract/names.js';
import type { Policy } from '../../src/contract/options.js';
import { matchesOf, remarksOfMatches } from '../../src/fold/findings.js';
import type { Match, PatternCheck } from '../../src/fold/findings.js';
import { localGrammar } from '../../src/plan/validate-plan.js';
import type { ValidateInput } from '../../src/plan/validate-plan.js';
import { inlineOf } from '../graphs/graph-state.js';
import { activityIdOf } from './activity-id.js';
import { activityBranch } from './branch.js';
import type { Branch } from './branch.js';

/** The input of a run over one text. */
type CheckedText = ValidateInput & Required<Pick<ValidateInput, 'text' | 'document'>>;

const { checkGrammar, findPattern } = proxyActivities<Activities>({ startToCloseTimeout: '5m' });

/** A pattern may take for ever: here it would stop the worker, and in a thread it is stopped. */
export function patternBranch(
  check: PatternCheck & { name: string },
  { text, document }: Pick<CheckedText, 'text' | 'document'>,
  policy: Policy,
): Branch {
  const { name: key, pattern } = check;
  // A run that began with an older version goes on as it began.
  if (!patched('patterns-in-threads')) {
    const inPlace = async () => ({ findings: remarksOfMatches(matchesOf(text, pattern), check) });
    return { ...activityBranch(key, inPlace), boundUsd: 0 };
  }
  return {
    key,
    boundUsd: 0,
    run: async (place) => {
      const answer = await findPattern.executeWithOptions(inThread(key, policy), [
        { ...place, text: document, pattern },
      ]);
      const matches = answer.output && (inlineOf(answer.output, key) as Match[]);
      return { ...answer, output: { inline: { findings: remarksOfMatches(matches ?? [], check) } } };
    },
  };
}

/** Rules look at it while the model does, on the queue of CPU-bound work. */
export function grammarBranch({ document, title = '', dialect, words }: CheckedText, policy: Policy): Branch {
  return {
    key: localGrammar,
    boundUsd: 0,
    run: (place) =>
      checkGrammar.executeWithOptions({ ...inThread(localGrammar, policy), activityId: localGrammar }, [
        {
          ...place,
          text: document,
          markdown: /\.(md|markdown)$/i.test(title),
          ...(dialect && { dialect }),
          ...(words && { words }),
        },
      ]),
  };
}

/** How an activity of a thread is called: on the queue of CPU-bound work. */
function inThread(key: string, { timeoutMs, attempts }: Policy): ActivityOptions {
  return {
    ...activityIdOf(key),
    taskQueue: taskQueues.cpu,
    startToCloseTimeout: timeoutMs,
    heartbeatTimeout: '10s',
    // A worker that dies is no fault of the text: one death is forgiven even where there is to be one try.
    retry: { maximumAttempts: Math.max(2, attempts) },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary: key,
  };
}
