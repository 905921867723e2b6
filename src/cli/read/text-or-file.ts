import { FanfoldError, InputError } from '../../contract/errors.js';
import type { World } from '../world.js';

/**
 * A text of the command line, or that of the file which `@FILE` names.
 *
 * @param read reads the file
 * @throws InputError where there is no such file
 */
export async function textOrFile(
  given: string,
  read: (path: string, world: World) => Promise<string>,
  world: World,
): Promise<string> {
  if (!given.startsWith('@')) return given;
  try {
    return await read(given.slice(1), world);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.message, advice(error));
  }
}

/** A text may begin with the sign by itself. */
function advice({ advice: given }: FanfoldError): string {
  return [given, 'What begins with @ names a file; a text that is to begin with it stands in one.']
    .filter((each) => each !== undefined)
    .join(' ');
}
