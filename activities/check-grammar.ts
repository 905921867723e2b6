import type { Activities } from '../src/contract/activities.js';
import type { CpuPool } from '../src/cpu/index.js';
import type { ActivitiesSettings } from './settings.js';
import { branchActivity } from './branch/branch-activity.js';
import { documentText } from './stored/document-text.js';

/** The activity `checkGrammar`, on the queue that has as many slots as there are cores. */
export function createCheckGrammar(
  { store }: Pick<ActivitiesSettings, 'store'>,
  cpu: Pick<CpuPool, 'run'>,
): Activities['checkGrammar'] {
  return ({ text: stored, markdown, dialect, words }) =>
    branchActivity('Unexpected', '', async (signal) => {
      const text = await documentText(stored, store);
      return {
        inline: await cpu.run(
          'checkGrammar',
          { text, markdown, ...(dialect && { dialect }), ...(words && { words }) },
          signal,
        ),
      };
    });
}
