import { ToolRegistry } from '../../tools/index.js';
import { homeOf, ownHomeOf } from './session.js';
import type { World } from '../world.js';

/** The tools of the home. Putting one makes the home, or sees that it is this user's. */
export function toolRegistryOf(world: World): ToolRegistry {
  return new ToolRegistry(homeOf(world), () => ownHomeOf(world));
}
