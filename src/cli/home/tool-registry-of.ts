import { ToolRegistry } from '../../tools/index.js';
import { homeOf, ownHomeOf } from './session.js';
import type { World } from '../world.js';

/** The tools of the home, which is made, or seen to be this user's, where one is put. */
export function toolRegistryOf(world: World): ToolRegistry {
  return new ToolRegistry(homeOf(world), () => ownHomeOf(world));
}
