import type { Tool } from '../../contract/tool.js';
import type { Source } from '../../contract/source.js';
import { grantsOfSource, grantsOfTool } from '../../tools/index.js';
import { toolRegistryOf } from './tool-registry-of.js';
import type { World } from '../world.js';

/** Registers in the home what this command's run may have the home's workers do. The workers do no more than that for anybody. */
export async function registerOwn(
  { sources = [], tools = [] }: { sources?: readonly Source[] | undefined; tools?: readonly Tool[] | undefined },
  world: World,
): Promise<void> {
  const registry = toolRegistryOf(world);
  const grants = await Promise.all([...sources.map(grantsOfSource), ...tools.map(({ by }) => grantsOfTool(by))]);
  await Promise.all(grants.flat().map((grant) => registry.put(grant)));
}
