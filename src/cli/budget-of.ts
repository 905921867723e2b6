import { OverBudgetError } from '../contract/errors.js';
import type { FanOutPlan } from '../contract/perspectives-plan.js';
import type { BudgetOptions } from '../contract/plan.js';
import { knownBound, lowerBoundUsd } from '../model/index.js';
import { formatCost } from './amounts.js';
import { parseDollars } from './numbers.js';
import type { RunFlags } from './run-flags.js';
import { sizePlan } from './size-plan.js';
import type { World } from './world.js';

/**
 * The budget that `--budget` asks for, with the bound of each branch.
 *
 * @throws InputError where it is no amount, or the price of the model is unknown
 * @throws OverBudgetError where the least that the run must do cannot be had for it
 */
export async function budgetOf(
  plan: FanOutPlan,
  document: string | undefined,
  { budget }: RunFlags,
  world: World,
): Promise<{ budget?: BudgetOptions }> {
  if (budget === undefined) return {};
  const usd = parseDollars(budget, 'budget');
  const sizes = await sizePlan(plan, document, world);
  const boundsUsd = sizes.map(knownBound);
  const { needed } = plan.policy;
  const cheapest = boundsUsd.toSorted((left, right) => left - right);
  const largestNeeded = cheapest[needed - 1] ?? 0;
  const leastUsd = sizes
    .map((size) => lowerBoundUsd(size) ?? 0)
    .toSorted((left, right) => left - right)
    .slice(0, needed)
    .reduce((sum, least) => sum + least, 0);
  if (largestNeeded > usd || leastUsd > usd) {
    throw new OverBudgetError(
      `Expected \`budget\` to cover what the run must do at least, got ${formatCost(usd)}: ` +
        (largestNeeded > usd
          ? `one question may cost ${formatCost(largestNeeded)}.`
          : `${needed} of ${plan.branches.length} branches must be ok, and cost ${formatCost(leastUsd)} at the very least.`),
      'Nothing was started. See `--dry-run`; a smaller `--max-tokens` lowers the bound.',
    );
  }
  return { budget: { usd, boundsUsd } };
}
