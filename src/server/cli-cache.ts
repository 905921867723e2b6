import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';

import { cacheDirectory } from './cache-directory.js';
import { checkTemporalCli } from './temporal-cli.js';
import type { TemporalCli } from './temporal-cli.js';

export const executableName = platform() === 'win32' ? 'temporal.exe' : 'temporal';

/** @throws Error when there is no copy, or it does not work */
export async function cachedCli(env: NodeJS.ProcessEnv): Promise<TemporalCli> {
  return checkTemporalCli(join(cacheDirectory(env), executableName), env);
}

/**
 * Puts a copy into the cache, whole or not at all.
 *
 * @param fetchInto brings the executable into an empty directory and returns its path
 * @throws Error when that fails, or what came does not work
 */
export async function cacheCli(
  env: NodeJS.ProcessEnv,
  fetchInto: (directory: string) => Promise<string>,
): Promise<TemporalCli> {
  const cache = cacheDirectory(env);
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const directory = await mkdtemp(join(cache, 'new-'));
  try {
    const fetched = await fetchInto(directory);
    await chmod(fetched, 0o755);
    const { version } = await checkTemporalCli(fetched, env);
    const path = join(cache, executableName);
    await rename(fetched, path);
    return { path, version };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
