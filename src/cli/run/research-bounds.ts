import { formatDuration } from '../../contract/duration.js';
import { OverBudgetError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { boundsOf } from '../../model/index.js';
import { shares, planRequest } from '../../plan/research-plan.js';
import type { ResearchPlan } from '../../plan/research-plan.js';
import { formatCost } from '../show/amounts.js';
import { json, line } from '../show/terminal-text.js';
import type { World } from '../world.js';
import type { RunFlags } from './run-flags.js';

/** Prints what research would search, and how often. */
export function dryRunResearch(plan: ResearchPlan, flags: RunFlags, world: World): ExitCode {
  const names = plan.sources.map(({ name }) => name);
  const tools = [...plan.tools, ...plan.serverTools].map(({ name }) => name);
  const beside = tools.length === 0 ? '' : `, with ${tools.join(', ')}`;
  const billed = plan.serverTools.length === 0 ? '' : '; what the API runs itself costs what nobody knows beforehand';
  world.stdout.write(
    flags.json || flags.ndjson
      ? json({ sources: names, tools, tasks: plan.tasks, rounds: plan.rounds })
      : line`${names.join(', ')}${beside}; at most ${plan.rounds} rounds of ${plan.tasks} tasks, ${formatDuration(plan.policy.timeoutMs)} for a search${billed}.\nNothing was started.\n`,
  );
  return exitCodes.complete;
}

/**
 * The plan is the first to ask, and has a tenth.
 *
 * @throws OverBudgetError where the budget does not cover it
 */
export function checkPlanning(plan: ResearchPlan): void {
  const [usd = Infinity] = boundsOf([{ request: planRequest(plan) }]);
  const leastUsd = usd / shares.plan;
  if (leastUsd <= plan.budgetUsd) return;
  throw new OverBudgetError(
    `Expected \`budget\` to be ${formatCost(leastUsd)} at least, for the plan may cost ${formatCost(usd)} and has a tenth of it, got ${formatCost(plan.budgetUsd)}.`,
    'Nothing was started. A smaller `--max-tokens` lowers the bound.',
  );
}
