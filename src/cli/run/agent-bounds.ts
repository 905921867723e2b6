import { OverBudgetError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { boundsOf } from '../../model/index.js';
import { turnRequest } from '../../plan/agent-plan.js';
import type { AgentPlan } from '../../plan/agent-plan.js';
import { formatCost } from '../show/amounts.js';
import { json, line } from '../show/terminal-text.js';
import type { World } from '../world.js';
import type { RunFlags } from './run-flags.js';

/** Prints what an agent may call, and what its first turn costs at most. */
export function dryRunAgent(plan: AgentPlan, flags: RunFlags, world: World): ExitCode {
  const all = [...plan.tools, ...plan.serverTools.map(({ name }) => ({ name, changes: false }))];
  const names = all.map(({ name }) => name).join(', ');
  const turnUsd = firstTurnUsd(plan, flags.budget !== undefined);
  const cost = turnUsd === null ? 'an amount that nobody knows beforehand' : `at most ${formatCost(turnUsd)}`;
  world.stdout.write(
    flags.json || flags.ndjson
      ? json({ tools: all.map(({ name, changes = false }) => ({ name, changes })), firstTurnUsd: turnUsd })
      : line`tools: ${names}; the first of at most ${plan.maxTurns} turns costs ${cost}.\nNothing was started.\n`,
  );
  return exitCodes.complete;
}

function firstTurnUsd(plan: AgentPlan, mustBeKnown: boolean): number | null {
  // What the API reads meanwhile is billed as well.
  if (plan.serverTools.length > 0) return null;
  const request = turnRequest(plan, [], plan.maxTurns === 1);
  try {
    return boundsOf([{ request }])[0] ?? null;
  } catch (error) {
    if (mustBeKnown) throw error;
    return null;
  }
}

/** @throws OverBudgetError where the budget does not cover the first turn */
export function checkFirstTurn(plan: AgentPlan): void {
  const usd = firstTurnUsd(plan, true) ?? Infinity;
  if (usd <= plan.budgetUsd) return;
  throw new OverBudgetError(
    `Expected \`budget\` to cover the first turn at least, which may cost ${formatCost(usd)}, got ${formatCost(plan.budgetUsd)}.`,
    'Nothing was started. A smaller `--max-tokens` lowers the bound.',
  );
}
