import { findInside, Folder, homesOf } from '../../files/index.js';
import { InputError } from '../../contract/errors.js';
import type { World } from '../world.js';
import type { Place } from './tools.js';

/**
 * The folder that clients may name files in.
 *
 * @param path absolute; without one no file may be named
 * @throws InputError where it is none
 */
export async function placeOf(path: string | undefined, world: World): Promise<Place> {
  if (path === undefined) {
    const refuse = () => {
      throw new Error('Expected no files, for this server was started without `--files FOLDER`; give the text itself.');
    };
    return { file: async () => refuse(), folder: refuse };
  }
  const folder = await Folder.open(path, { homes: homesOf(world.env) }).catch((error: Error) => {
    throw new InputError(`Expected \`files\` to be a folder that can be read, got \`${path}\`: ${error.message}.`);
  });
  return { file: (named) => findInside(folder, named), folder: () => folder.root };
}
