import type { FolderHits, FolderSource } from '../../src/contract/source.js';
import type { CpuPool } from '../../src/cpu/index.js';
import { homesOf } from '../../src/files/index.js';
import type { Policy } from '../../src/tools/index.js';
import { allowedFolder } from '../branch/allowed.js';
import { failed } from './source-failure.js';

/**
 * Searches a folder, in a thread: reading and ranking thousands of files takes a core for seconds.
 *
 * @param surroundings `env` whose `FANFOLD_HOME` and `FANFOLD_STORE` are never gone into, and what the worker allows
 * @throws ApplicationFailure `NotAllowed` where it may not be read, `SourceFailed` where it cannot
 */
export async function searchFolder(
  { folder }: FolderSource,
  question: string,
  { cpu, env, policy }: { cpu: Pick<CpuPool, 'run'>; env: NodeJS.ProcessEnv; policy: Policy },
  signal: AbortSignal,
): Promise<FolderHits> {
  const allowed = await allowedFolder(folder, policy);
  const input = { folder: allowed, question, homes: homesOf(env) };
  return cpu.run('searchFolder', input, signal).catch((error: Error) => {
    if (signal.aborted) throw error;
    throw failed(error.message, false);
  });
}
