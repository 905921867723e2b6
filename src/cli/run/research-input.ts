import { parseDuration } from '../../contract/duration.js';
import type { ResearchInput } from '../../plan/research-plan.js';
import { toolRegistryOf } from '../home/tool-registry-of.js';
import { namesIn } from '../read/names-in.js';
import { parseCount, parseDollars } from '../read/numbers.js';
import { readSources } from '../read/read-sources.js';
import { readTools } from '../read/read-tools.js';
import type { ToolFlags } from '../read/read-tools.js';
import { serverToolsIn } from '../read/server-tools.js';
import type { ServerToolFlags } from '../read/server-tools.js';
import type { World } from '../world.js';
import { refuseFanOutFlags, runOptions } from './run-flags.js';
import type { RunFlags } from './run-flags.js';

export interface ResearchFlags extends RunFlags, ToolFlags, ServerToolFlags {
  sources?: string;
  tasks: string;
  rounds: string;
  limit: string;
  toolTimeout: string;
}

/**
 * What the flags ask for.
 *
 * @throws InputError where they cannot be meant
 */
export async function readResearch(question: string, flags: ResearchFlags, world: World): Promise<ResearchInput> {
  const options = runOptions(flags);
  refuseFanOutFlags(
    flags,
    'research: each step waits for the one before',
    '`--tasks`, `--rounds`, `--timeout` and `--budget` bound it.',
  );
  return {
    ...options,
    question,
    sources: await readSources(namesIn(flags.sources), flags.sourcesFile, world),
    tasks: parseCount(flags.tasks, 'tasks', 10),
    ...(await toolsOf(flags, world)),
    ...serverToolsIn(flags),
    rounds: parseCount(flags.rounds, 'rounds', 5),
    limit: parseCount(flags.limit, 'limit', 50),
    ...(flags.budget !== undefined && { budgetUsd: parseDollars(flags.budget, 'budget') }),
  };
}

async function toolsOf(flags: ResearchFlags, world: World): Promise<Pick<ResearchInput, 'tools' | 'toolTimeoutMs'>> {
  if (flags.tools === undefined && flags.mcp === undefined) return {};
  return {
    tools: await readTools(flags, toolRegistryOf(world), world),
    toolTimeoutMs: parseDuration(flags.toolTimeout, 'tool-timeout'),
  };
}
