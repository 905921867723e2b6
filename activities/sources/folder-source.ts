import type { FolderSource, Hit } from '../../src/contract/source.js';
import type { CpuPool } from '../../src/cpu/index.js';
import { failed } from './source-failure.js';

/**
 * Searches a folder, in a thread: reading and ranking thousands of files takes a core for seconds.
 *
 * @throws ApplicationFailure `SourceFailed` where it cannot be read
 */
export async function searchFolder(
  { folder }: FolderSource,
  question: string,
  cpu: Pick<CpuPool, 'run'>,
  signal: AbortSignal,
): Promise<Hit[]> {
  return cpu.run('searchFolder', { folder, question }, signal).catch((error: Error) => {
    if (signal.aborted) throw error;
    throw failed(error.message, false);
  });
}
