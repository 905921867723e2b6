import type { FolderSource, Hit } from '../../src/contract/source.js';
import type { CpuPool } from '../../src/cpu/index.js';
import type { Policy } from '../../src/tools/index.js';
import { allowedFolder } from '../branch/allowed.js';
import { failed } from './source-failure.js';

/**
 * Searches a folder, in a thread: reading and ranking thousands of files takes a core for seconds.
 *
 * @throws ApplicationFailure `NotAllowed` where it may not be read, `SourceFailed` where it cannot
 */
export async function searchFolder(
  { folder }: FolderSource,
  question: string,
  { cpu, policy }: { cpu: Pick<CpuPool, 'run'>; policy: Policy },
  signal: AbortSignal,
): Promise<Hit[]> {
  const allowed = await allowedFolder(folder, policy);
  return cpu.run('searchFolder', { folder: allowed, question }, signal).catch((error: Error) => {
    if (signal.aborted) throw error;
    throw failed(error.message, false);
  });
}
