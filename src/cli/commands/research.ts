import type { Command } from 'commander';

import { startRun } from '../../client/index.js';
import { agentDefaults } from '../../plan/agent-plan.js';
import { formatDuration, parseDuration } from '../../contract/duration.js';
import { OverBudgetError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { gatherDefaults } from '../../plan/gather-plan.js';
import { planResearch, researchDefaults, shares, planRequest } from '../../plan/research-plan.js';
import type { ResearchInput, ResearchPlan } from '../../plan/research-plan.js';
import { markdownLine } from '../../contract/visible-text.js';
import { boundsOf } from '../../model/index.js';
import { formatCost } from '../show/amounts.js';
import { conductRun } from '../run/conduct-run.js';
import { parseCount, parseDollars } from '../read/numbers.js';
import { builtInSources, readSources } from '../read/read-sources.js';
import { registerOwn } from '../home/register-own.js';
import { addRunFlags, refuseFanOutFlags, runOptions } from '../run/run-flags.js';
import type { RunFlags } from '../run/run-flags.js';
import { readTools, toolWords } from '../read/read-tools.js';
import type { ToolFlags } from '../read/read-tools.js';
import { toolRegistryOf } from '../home/tool-registry-of.js';
import { json, line } from '../show/terminal-text.js';
import type { World } from '../world.js';
import { namesIn } from '../read/names-in.js';

interface ResearchFlags extends RunFlags, ToolFlags {
  sources?: string;
  tasks: string;
  rounds: string;
  limit: string;
  toolTimeout: string;
}

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
  addRunFlags(command, {
    ...researchDefaults,
    timeoutMs: gatherDefaults.timeoutMs,
    attempts: gatherDefaults.attempts,
  }).action(async (question: string, flags: ResearchFlags) => {
    done(await research(question, flags, world));
  });
}

async function research(question: string, flags: ResearchFlags, world: World): Promise<ExitCode> {
  const options = runOptions(flags);
  refuseFanOutFlags(
    flags,
    'research: each step waits for the one before',
    '`--tasks`, `--rounds`, `--timeout` and `--budget` bound it.',
  );
  const input: ResearchInput = {
    ...options,
    question,
    sources: await readSources(namesIn(flags.sources), flags.sourcesFile, world),
    tasks: parseCount(flags.tasks, 'tasks', 10),
    ...(await toolsOf(flags, world)),
    rounds: parseCount(flags.rounds, 'rounds', 5),
    limit: parseCount(flags.limit, 'limit', 50),
    ...(flags.budget !== undefined && { budgetUsd: parseDollars(flags.budget, 'budget') }),
  };
  const plan = planResearch(input);
  const names = plan.sources.map(({ name }) => name);
  if (flags.dryRun) {
    world.stdout.write(
      flags.json || flags.ndjson
        ? json({ sources: names, tools: plan.tools.map(({ name }) => name), tasks: plan.tasks, rounds: plan.rounds })
        : line`${names.join(', ')}; at most ${plan.rounds} rounds of ${plan.tasks} tasks, ${formatDuration(plan.policy.timeoutMs)} for a search.\nNothing was started.\n`,
    );
    return exitCodes.complete;
  }
  if (plan.budgetUsd < Infinity) checkBudget(plan);
  const need = { offline: plan.model.offline, concurrency: plan.policy.concurrency };
  return conductRun(need, flags, world, async ({ client, searchable }) => {
    await registerOwn(input, world);
    return startRun(client, {
      kind: 'research',
      input: { ...input, searchable },
      ...(flags.id !== undefined && { workflowId: flags.id }),
      summary: `${question.slice(0, 100)}: ${names.join(', ')}`.slice(0, 180),
      details: `**${names.length} sources**, at most ${plan.rounds} rounds of ${plan.tasks} tasks: ${markdownLine(question.slice(0, 500))}`,
    });
  });
}

async function toolsOf(flags: ResearchFlags, world: World): Promise<Pick<ResearchInput, 'tools' | 'toolTimeoutMs'>> {
  if (flags.tools === undefined && flags.mcp === undefined) return {};
  return {
    tools: await readTools(flags, toolRegistryOf(world), world),
    toolTimeoutMs: parseDuration(flags.toolTimeout, 'tool-timeout'),
  };
}

/** Checks that the plan, which asks first, can be paid with its tenth of the budget. */
function checkBudget(plan: ResearchPlan): void {
  const [usd = Infinity] = boundsOf([{ request: planRequest(plan) }]);
  const leastUsd = usd / shares.plan;
  if (leastUsd <= plan.budgetUsd) return;
  throw new OverBudgetError(
    `Expected \`budget\` to be ${formatCost(leastUsd)} at least, for the plan may cost ${formatCost(usd)} and has a tenth of it, got ${formatCost(plan.budgetUsd)}.`,
    'Nothing was started. A smaller `--max-tokens` lowers the bound.',
  );
}
