import { access, constants } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';

import { executableName } from './cli-cache.js';
import { checkTemporalCli } from './temporal-cli.js';
import type { TemporalCli } from './temporal-cli.js';

/**
 * The first `temporal` on PATH that works.
 *
 * @throws Error with the reason of each that does not
 */
export async function cliOnPath(env: NodeJS.ProcessEnv): Promise<TemporalCli> {
  const directories = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const reasons: string[] = [];
  for (const directory of new Set(directories)) {
    const path = resolve(join(directory, executableName));
    if (!(await isExecutable(path))) continue;
    try {
      return await checkTemporalCli(path, env);
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new Error(reasons.join('; ') || 'there is none');
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
