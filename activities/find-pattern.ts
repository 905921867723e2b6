import { ApplicationFailure } from '@temporalio/common';

import type { Activities } from '../src/contract/activities.js';
import type { CpuPool } from '../src/cpu/index.js';
import type { ActivitiesSettings } from './settings.js';
import { branchActivity } from './branch/branch-activity.js';
import { documentText } from './stored/document-text.js';
import { inTime } from './branch/out-of-time.js';

/** The activity `findPattern`, on the queue that has as many slots as there are cores. */
export function createFindPattern(
  { store }: Pick<ActivitiesSettings, 'store'>,
  cpu: Pick<CpuPool, 'runPattern'>,
): Activities['findPattern'] {
  return ({ key, text, pattern }) =>
    branchActivity('Unexpected', '', async (signal, run) => {
      const input = { text: await documentText(text, store), pattern };
      const matches = await cpu.runPattern('findPattern', input, run, signal).catch((error: Error) => {
        if (signal.aborted || error.name !== 'SyntaxError') throw error;
        throw ApplicationFailure.nonRetryable(
          `The pattern of \`${key}\` is no regular expression: ${error.message}`,
          'BadInput',
        );
      });
      return { inline: inTime(matches, `The pattern of \`${key}\``) };
    });
}
