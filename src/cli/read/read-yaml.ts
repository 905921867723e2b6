import type { World } from '../world.js';
import { readPlacedYaml } from './yaml-places.js';

/**
 * What a YAML or JSON file has.
 *
 * @param what the file is, as in `a file of checks`
 * @throws InputError where it cannot be read or is neither, with line and column
 */
export async function readYaml(path: string, what: string, world: World): Promise<unknown> {
  return (await readPlacedYaml(path, what, world)).value;
}
