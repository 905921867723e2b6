import type { Activities } from '../src/contract/activities.js';
import type { CpuPool } from '../src/cpu/index.js';
import type { Policy } from '../src/tools/index.js';
import { branchActivity } from './branch/branch-activity.js';
import { searchFolder } from './sources/folder-source.js';
import type { Pace } from './sources/pace.js';
import { searchHttp } from './sources/http-source.js';
import type { Surroundings } from './sources/http-source.js';

/**
 * The activity `searchSource`: one question to one source per attempt.
 *
 * @param surroundings the environment that headers of sources are made of, and where what they are made of is made known
 */
export function createSearchSource(
  surroundings: Surroundings,
  cpu: Pick<CpuPool, 'run' | 'runPattern'>,
  pace: Pace,
  policy: Policy,
): Activities['searchSource'] {
  return ({ source, question }) =>
    branchActivity('SourceFailed', 'It cannot be reached: ', async (signal, run) => {
      const found =
        source.kind === 'files'
          ? await searchFolder(source, question, { ...surroundings, cpu, policy }, signal)
          : { hits: await searchHttp(source, question, { ...surroundings, cpu, pace, policy, run }, signal) };
      return { inline: found };
    });
}
