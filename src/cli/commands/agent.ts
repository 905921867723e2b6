import type { Command } from 'commander';

import { startRun } from '../../client/index.js';
import { agentDefaults, planAgent } from '../../plan/agent-plan.js';
import type { AgentInput } from '../../plan/agent-plan.js';
import { parseDuration } from '../../contract/duration.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { modelDefaults } from '../../contract/options.js';
import { markdownLine } from '../../fold/visible-text.js';
import { checkFirstTurn, dryRunAgent } from '../run/agent-bounds.js';
import { conductRun } from '../run/conduct-run.js';
import { counted, parseCount, parseDollars } from '../read/numbers.js';
import { addServerToolFlags, serverToolsIn } from '../read/server-tools.js';
import type { ServerToolFlags } from '../read/server-tools.js';
import { readTools, toolWords } from '../read/read-tools.js';
import type { ToolFlags } from '../read/read-tools.js';
import { registerOwn } from '../home/register-own.js';
import { addRunFlags, fanOutFlags, refuseFanOutFlags, runOptions } from '../run/run-flags.js';
import type { RunFlags } from '../run/run-flags.js';
import { toolRegistryOf } from '../home/tool-registry-of.js';
import type { World } from '../world.js';
import { namesIn } from '../read/names-in.js';
import { beginningOf } from '../../contract/cut-text.js';

interface AgentFlags extends RunFlags, ToolFlags, ServerToolFlags {
  allow?: string;
  maxTurns: string;
  tokenLimit?: string;
  toolTimeout: string;
  toolAttempts: string;
}

export function agentCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('agent')
    .description('a model that calls tools, several at once; what changes something waits to be allowed')
    .argument('<task>', 'what it is to do')
    .option('--tools <names>', `comma-separated: ${toolWords}; calculator and time by default`)
    .option('--sources-file <file>', 'sources of your own in YAML, as for `gather`')
    .option('--mcp <file>', 'MCP servers whose tools it may call, in JSON')
    .option('--allow <names>', 'tools that may change something without waiting for `fanfold approve`; or all')
    .option('--max-turns <n>', 'most turns of the model', String(agentDefaults.maxTurns))
    .option('--token-limit <n>', 'tokens after which the next turn must be its last')
    .option('--tool-timeout <duration>', 'longest try of a tool', `${agentDefaults.toolTimeoutMs / 1_000}s`)
    .option(
      '--tool-attempts <n>',
      'most tries of a tool; one that changes something has one',
      String(agentDefaults.toolAttempts),
    );
  addServerToolFlags(command);
  addRunFlags(command, { concurrency: 10, maxTokens: modelDefaults.maxTokens }, fanOutFlags).action(
    async (task: string, flags: AgentFlags) => {
      done(await agent(task, flags, world));
    },
  );
}

async function agent(task: string, flags: AgentFlags, world: World): Promise<ExitCode> {
  const options = runOptions(flags);
  refuseFanOutFlags(
    flags,
    'an agent: it waits for all calls of a turn',
    '`--max-turns`, `--token-limit`, `--budget` and `--tool-timeout` bound it.',
  );
  const input: AgentInput = {
    ...options,
    task,
    tools: await readTools(flags, toolRegistryOf(world), world),
    ...serverToolsIn(flags),
    maxTurns: parseCount(flags.maxTurns, 'max-turns'),
    toolTimeoutMs: parseDuration(flags.toolTimeout, 'tool-timeout'),
    toolAttempts: parseCount(flags.toolAttempts, 'tool-attempts'),
    ...(flags.tokenLimit !== undefined && { tokenLimit: parseCount(flags.tokenLimit, 'token-limit') }),
    ...(flags.budget !== undefined && { budgetUsd: parseDollars(flags.budget, 'budget') }),
    ...(flags.allow !== undefined && { allow: namesIn(flags.allow) }),
  };
  const plan = planAgent(input);
  const names = [...plan.tools, ...plan.serverTools].map(({ name }) => name).join(', ');
  if (flags.dryRun) return dryRunAgent(plan, flags, world);
  if (plan.budgetUsd < Infinity) checkFirstTurn(plan);
  const need = { beginsWithOne: true as const, offline: plan.model.offline, concurrency: plan.policy.concurrency };
  return conductRun(need, flags, world, async ({ client, searchable }) => {
    await registerOwn(input, world);
    return startRun(client, {
      kind: 'agent',
      input: { ...input, searchable },
      ...(flags.id !== undefined && { workflowId: flags.id }),
      summary: beginningOf(`${beginningOf(task, 100)}: ${names}`, 180),
      details: `**${counted(plan.tools.length, 'tool')}** for: ${markdownLine(beginningOf(task, 500))}`,
    });
  });
}
