import type { Command } from 'commander';

import { startRun } from '../../client/index.js';
import { agentDefaults } from '../../plan/agent-plan.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { gatherDefaults } from '../../plan/gather-plan.js';
import { planResearch, researchDefaults } from '../../plan/research-plan.js';
import { markdownLine } from '../../fold/visible-text.js';
import { conductRun } from '../run/conduct-run.js';
import { readResearch } from '../run/research-input.js';
import type { ResearchFlags } from '../run/research-input.js';
import { checkPlanning, dryRunResearch } from '../run/research-bounds.js';
import { builtInSources } from '../read/read-sources.js';
import { registerOwn } from '../home/register-own.js';
import { addServerToolFlags } from '../read/server-tools.js';
import { addRunFlags, fanOutFlags } from '../run/run-flags.js';
import { toolWords } from '../read/read-tools.js';
import type { World } from '../world.js';
import { beginningOf } from '../../contract/cut-text.js';
import { counted } from '../read/numbers.js';

export function researchCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('research')
    .description('a question divided into tasks that search and answer at once; one report that cites its sources')
    .argument('<question>', 'what to find out')
    .option(
      '--sources <names>',
      `comma-separated: ${builtInSources.join(', ')}, files:FOLDER, and names of \`--sources-file\`; those of the file, or all built-in ones, by default`,
    )
    .option('--sources-file <file>', 'sources of your own in YAML')
    .option(
      '--tools <names>',
      `what each task may call beside its searches; comma-separated: ${toolWords}; none by default`,
    )
    .option('--mcp <file>', 'MCP servers whose tools it may call, in JSON; none of them may change anything')
    .option('--tool-timeout <duration>', 'longest try of a tool', `${agentDefaults.toolTimeoutMs / 1_000}s`)
    .option('--tasks <n>', 'most tasks of a round', String(researchDefaults.tasks))
    .option(
      '--rounds <n>',
      'most rounds; each after the first fills the gaps of those before',
      String(researchDefaults.rounds),
    )
    .option('--limit <n>', 'most hits that a task is answered from', String(researchDefaults.limit));
  addServerToolFlags(command);
  addRunFlags(
    command,
    { ...researchDefaults, timeoutMs: gatherDefaults.timeoutMs, attempts: gatherDefaults.attempts },
    fanOutFlags,
  ).action(async (question: string, flags: ResearchFlags) => {
    done(await research(question, flags, world));
  });
}

async function research(question: string, flags: ResearchFlags, world: World): Promise<ExitCode> {
  const input = await readResearch(question, flags, world);
  const plan = planResearch(input);
  const names = plan.sources.map(({ name }) => name);
  if (flags.dryRun) return dryRunResearch(plan, flags, world);
  if (plan.budgetUsd < Infinity) checkPlanning(plan);
  const need = { beginsWithOne: true as const, offline: plan.model.offline, concurrency: plan.policy.concurrency };
  return conductRun(need, flags, world, async ({ client, searchable }) => {
    await registerOwn(input, world);
    return startRun(client, {
      kind: 'research',
      input: { ...input, searchable },
      ...(flags.id !== undefined && { workflowId: flags.id }),
      summary: beginningOf(`${beginningOf(question, 100)}: ${names.join(', ')}`, 180),
      details: `**${counted(names.length, 'source')}**, at most ${counted(plan.rounds, 'round')} of ${counted(plan.tasks, 'task')}: ${markdownLine(beginningOf(question, 500))}`,
    });
  });
}
