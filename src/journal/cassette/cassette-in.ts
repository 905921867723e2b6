import { resolve } from 'node:path';

import { InputError } from '../../contract/errors.js';
import type { CassetteSettings } from './cassette.js';

/**
 * The cassette that the environment names: `FANFOLD_CASSETTE`, a folder, and `FANFOLD_CASSETTE_RECORD`, which is `0` where it is only
 * played.
 *
 * @throws InputError for another value than 0 or 1
 */
export function cassetteIn(env: NodeJS.ProcessEnv, cwd: string): CassetteSettings | undefined {
  const { FANFOLD_CASSETTE: directory, FANFOLD_CASSETTE_RECORD: records = '1' } = env;
  if (!directory) return undefined;
  if (records !== '0' && records !== '1' && records !== '')
    throw new InputError(`Expected \`FANFOLD_CASSETTE_RECORD\` to be 0 or 1, got \`${records}\`.`);
  return { directory: resolve(cwd, directory), record: records !== '0' };
}
