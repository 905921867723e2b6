import { stat } from 'node:fs/promises';

import { InputError } from '../../contract/errors.js';
import { cassetteIn } from '../../journal/index.js';
import type { CassetteSettings } from '../../journal/index.js';
import { apiKeyOf } from './api-key.js';
import type { World } from '../world.js';

interface CassetteFlags {
  cassette?: string;
  /** `false` with `--no-record`. */
  record?: boolean;
}

/** The cassette that a command or a worker has, by its flags or its environment. */
export function cassetteOf({ env, cwd }: Pick<World, 'env' | 'cwd'>): CassetteSettings | undefined {
  return cassetteIn(env, cwd);
}

/**
 * Takes the flags in: the worker that serves the command has its environment.
 *
 * @throws InputError where a cassette is to be played and there is none
 */
export async function takeCassette({ cassette, record }: CassetteFlags, world: World): Promise<void> {
  if (cassette !== undefined) world.env['FANFOLD_CASSETTE'] = cassette;
  if (record === false) world.env['FANFOLD_CASSETTE_RECORD'] = '0';
  const settings = cassetteOf(world);
  if (settings === undefined) {
    if (record !== false) return;
    throw new InputError('Expected `--no-record` with `--cassette` or FANFOLD_CASSETTE, got it alone.');
  }
  const { directory } = settings;
  world.env['FANFOLD_CASSETTE'] = directory;
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory() === true || (found === undefined && settings.record === true)) return;
  const got = found === undefined ? 'which is not there' : 'which is a file';
  throw new InputError(`Expected \`cassette\` to be a folder of recorded calls, got \`${directory}\`, ${got}.`);
}

/** Whether model calls can be answered: there is a key, or what is recorded. */
export function canAsk(world: World): boolean {
  return apiKeyOf(world) !== undefined || cassetteOf(world) !== undefined;
}

/** What other members of the home are told of a worker's cassette. */
export function shownCassette(world: World): string | undefined {
  const { directory, record } = cassetteOf(world) ?? {};
  return directory === undefined ? undefined : `${directory}${record === false ? ', which is only played' : ''}`;
}
