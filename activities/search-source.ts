import type { Activities } from '../src/contract/activities.js';
import type { CpuPool } from '../src/cpu/index.js';
import { branchActivity } from './branch/branch-activity.js';
import { searchFolder } from './sources/folder-source.js';
import type { Pace } from './sources/pace.js';
import { searchHttp } from './sources/http-source.js';

/**
 * The activity `searchSource`: one question to one source per attempt.
 *
 * @param env the environment that headers of sources are made of
 */
export function createSearchSource(
  env: NodeJS.ProcessEnv,
  cpu: Pick<CpuPool, 'run'>,
  pace: Pace,
): Activities['searchSource'] {
  return ({ source, question }) =>
    branchActivity('SourceFailed', 'It cannot be reached: ', async (signal) => {
      const found =
        source.kind === 'files'
          ? await searchFolder(source, question, { cpu, env }, signal)
          : { hits: await searchHttp(source, question, env, { cpu, pace }, signal) };
      return { inline: found };
    });
}
