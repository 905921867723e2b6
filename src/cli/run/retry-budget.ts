import { InputError, OverBudgetError } from '../../contract/errors.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import type { BudgetOptions } from '../../contract/options.js';
import type { FanOutPlan } from '../../plan/fan-out-plan.js';
import type { GatherInput } from '../../plan/gather-plan.js';
import { planGraph } from '../../plan/graph/graph-plan.js';
import type { GraphInput } from '../../plan/graph/flow.js';
import { parseDollars } from '../read/numbers.js';
import { formatCost } from '../show/amounts.js';
import type { World } from '../world.js';
import { documentBounds } from './retried-bounds.js';
import { boundNodes, directPlan } from './retried-plan.js';
import type { Bounded } from './retried-plan.js';
import { fanInUsdOf } from './wide-fan-in-bound.js';
import { budgetOf } from './budget-of.js';
import { dryRun, dryRunWide } from './dry-run.js';
import { dryRunGraph, graphBudgetOf } from './graph-bounds.js';
import type { RunFlags } from './run-flags.js';

/** Least US dollars that are a budget. */
const leastUsd = 1e-6;

/**
 * The budget of a run that retries another: that of `--budget`, or what the other has left of its own.
 *
 * @returns the part of the input that says so
 * @throws OverBudgetError where nothing can be had for it; InputError where it is no amount, or a price is unknown
 */
export async function retryBudget(bounded: Bounded, flags: RunFlags, world: World): Promise<object> {
  const usd = budgetUsdOf(bounded, flags);
  if (usd === undefined) return {};
  const { retry, view, input } = bounded;
  const budget = { budget: usd.toFixed(9) };
  switch (retry.kind) {
    case 'gather':
      if ((input as GatherInput).answer === true) return { budgetUsd: usd };
      throw new InputError('Expected no `--budget` for a search without an answer: it costs nothing.');
    case 'graph':
      return graphBudgetOf(await boundNodes(bounded), budget);
    default:
      if (view.planned.wide !== undefined) {
        const bounds = await documentBounds(bounded);
        return bounds.budget(usd, fanInUsdOf(view.planned.wide));
      }
      return directBudget(await directPlan(bounded), retry.keys.length, budget, world);
  }
}

/** Prints what would be begun anew, and what it would cost at most. */
export async function dryRetry(bounded: Bounded, flags: RunFlags, world: World): Promise<ExitCode> {
  const { retry, view } = bounded;
  if (view.planned.wide !== undefined) {
    const bounds = await documentBounds(bounded);
    const fanInUsd = fanInUsdOf(view.planned.wide);
    return dryRunWide(bounds.summary(retry.anew.length, fanInUsd), { unreadable: [], read: [] }, flags, world);
  }
  if (retry.kind === 'graph') {
    const plan = planGraph(bounded.input as GraphInput);
    return dryRunGraph(plan, await boundNodes(bounded), flags, world, []);
  }
  const anew = new Set(retry.anew.map(({ key }) => key));
  const plan = await directPlan(bounded);
  return dryRun({ ...plan, branches: plan.branches.filter(({ key }) => anew.has(key)) }, undefined, flags, world);
}

function budgetUsdOf({ retry, view }: Bounded, { budget }: RunFlags): number | undefined {
  if (budget !== undefined) return parseDollars(budget, 'budget');
  const before = retry.input as { budget?: BudgetOptions; budgetUsd?: number; fanIn?: string; best?: string };
  // In lanes the bound is that of the whole fan-in.
  const isWide = view.planned.wide !== undefined;
  const calls = !isWide && (before.fanIn === 'select' || before.best === 'judge') ? 2 : 1;
  const allUsd =
    before.budgetUsd ?? (before.budget && before.budget.usd + (before.budget.fanInUsd ?? 0) * calls) ?? undefined;
  if (allUsd === undefined) return undefined;
  const leftUsd = allUsd - retry.spentUsd;
  if (leftUsd >= leastUsd) return leftUsd;
  throw new OverBudgetError(
    `Expected the budget of the run to have something left, got ${formatCost(retry.spentUsd)} spent of ${formatCost(allUsd)}.`,
    'Nothing was started. Give the retry a budget of its own with --budget.',
  );
}

async function directBudget(plan: FanOutPlan, total: number, flags: RunFlags, world: World): Promise<object> {
  // What is taken over counts towards what must be ok: one more question has to fit.
  const { budget } = await budgetOf({ ...plan, policy: { ...plan.policy, needed: 1 } }, undefined, flags, world);
  if (budget === undefined) return {};
  const costless = Math.max(0, total - budget.boundsUsd.length);
  return { budget: { ...budget, boundsUsd: [...budget.boundsUsd, ...Array.from({ length: costless }, () => 0)] } };
}
