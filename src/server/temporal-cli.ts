import { runProgram } from './run-program.js';
import { neededFlags } from './server-flags.js';

/** A Temporal CLI that can run the embedded server. */
export interface TemporalCli {
  /** Absolute path of the executable. */
  path: string;
  /** Such as `1.9.1`; `unknown` where it does not say. */
  version: string;
}

/** Longest run of `temporal --version`, in milliseconds; through a version manager it may take a second. */
const timeoutMs = 15_000;

/**
 * Looks whether an executable is a Temporal CLI with the flags that the embedded server needs.
 *
 * @throws Error with the reason why not
 */
export async function checkTemporalCli(path: string, env: NodeJS.ProcessEnv): Promise<TemporalCli> {
  const [said, help] = await Promise.all([
    runProgram(path, ['--version'], { env, timeoutMs }),
    runProgram(path, ['server', 'start-dev', '--help'], { env, timeoutMs }),
  ]);
  const version = /version v?(\d\S*)/.exec(said)?.[1] ?? 'unknown';
  const lacking = neededFlags.filter((flag) => !help.includes(flag));
  if (lacking.length > 0) throw new Error(`${path} (version ${version}) is too old: it lacks ${lacking.join(', ')}`);
  return { path, version };
}
