import type { Command } from 'commander';

import type { PolicyRules } from '../../tools/index.js';
import { parseCount } from '../read/numbers.js';
import { readPolicy, toldRunnables } from '../read/read-policy.js';
import type { World } from '../world.js';

/** Flags of the commands that are a worker: `worker`, and `dev` with its server. */
export interface ServingFlags {
  concurrency: string;
  rampFrom?: string;
  policy?: string;
}

const defaultConcurrency = '50';

/** @param concurrency what `--concurrency` is called in the help */
export function withServingFlags(command: Command, concurrency: string): Command {
  return command
    .option('--concurrency <n>', concurrency, defaultConcurrency)
    .option(
      '--ramp-from <n>',
      'calls at once to begin with; by default as many as the API has taken within the last day, else 20',
    )
    .option('--no-gateway', 'without the gateway of the home: calls end with the worker that makes them')
    .option('--policy <file>', 'all that runs may have it do, in YAML, in place of what commands of the home register');
}

/** @throws InputError for a flag that cannot be meant */
export async function readServingFlags(
  flags: ServingFlags,
  world: World,
): Promise<{ concurrency: number; rampFrom: number | undefined; policy: PolicyRules | undefined }> {
  const concurrency = parseCount(flags.concurrency, 'concurrency');
  const rampFrom = flags.rampFrom === undefined ? undefined : parseCount(flags.rampFrom, 'ramp-from');
  const policy = flags.policy === undefined ? undefined : await readPolicy(flags.policy, world);
  return { concurrency, rampFrom, policy };
}

/** Lines by which runs name the modules and servers of a policy. */
export function runnablesOf(policy: PolicyRules | undefined): readonly string[] {
  return policy === undefined ? [] : toldRunnables(policy);
}
