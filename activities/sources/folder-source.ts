import type { FolderHits } from '../../src/plan/gather-plan.js';
import type { FolderSource } from '../../src/contract/source.js';
import type { CpuPool } from '../../src/cpu/index.js';
import { homesOf } from '../../src/files/index.js';
import { failed } from './source-failure.js';

/**
 * Searches a folder, in a thread: reading and ranking thousands of files takes a core for seconds.
 *
 * @param env whose `FANFOLD_HOME` and `FANFOLD_STORE` are never gone into
 * @throws ApplicationFailure `SourceFailed` where it cannot be read
 */
export async function searchFolder(
  { folder }: FolderSource,
  question: string,
  { cpu, env }: { cpu: Pick<CpuPool, 'run'>; env: NodeJS.ProcessEnv },
  signal: AbortSignal,
): Promise<FolderHits> {
  return cpu.run('searchFolder', { folder, question, homes: homesOf(env) }, signal).catch((error: Error) => {
    if (signal.aborted) throw error;
    throw failed(error.message, false);
  });
}
