import { OverBudgetError } from '../../contract/errors.js';
import type { FanOutPlan } from '../../plan/fan-out-plan.js';
import type { BudgetOptions } from '../../contract/options.js';
import { knownBound, lowerBoundUsd } from '../../model/index.js';
import type { Sized } from '../../model/index.js';
import { estimateText, tokenFactor } from '../../tokens/index.js';
import { formatCost } from '../show/amounts.js';
import { parseDollars } from '../read/numbers.js';
import type { RunFlags } from './run-flags.js';
import { estimatePlan, sizePlan } from './size-plan.js';
import type { World } from '../world.js';

/** Where a run may cost this much less than its budget by estimate, a count by the API would change nothing. */
const plenty = 2;

/** Tokens around each answer and around all of them in a call of the fan-in, at the very most. */
const marksTokens = 120;
const rulesTokens = 600;

/**
 * The budget that `--budget` asks for, with the bound of each branch: by estimate where the budget is twice what all may cost together, and
 * counted by the API where the estimate would decide who is asked.
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
  const allUsd = parseDollars(budget, 'budget');
  const calls = plan.fanIn.how === 'select' ? 2 : 1;
  const sizes = await sizesFor(allUsd, plan, document, world, calls);
  const boundsUsd = sizes.map(knownBound);
  const fanInUsd = fanInBound(plan, sizes);
  const usd = allUsd - (fanInUsd ?? 0) * calls;
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
      `Expected \`budget\` to cover what the run must do at least, got ${formatCost(allUsd)}: ` +
        (fanInUsd === undefined ? '' : `the fan-in may cost ${formatCost(fanInUsd * calls)}, and `) +
        (largestNeeded > usd
          ? `one question may cost ${formatCost(largestNeeded)}.`
          : `${needed} of ${plan.branches.length} branches must be ok, and cost ${formatCost(leastUsd)} at the very least.`),
      'Nothing was started. See `--dry-run`; a smaller `--max-tokens` lowers the bound.',
    );
  }
  return { budget: { usd, boundsUsd, ...(fanInUsd !== undefined && { fanInUsd }) } };
}

async function sizesFor(
  usd: number,
  plan: FanOutPlan,
  document: string | undefined,
  world: World,
  fanInCalls: number,
): Promise<Sized[]> {
  const estimated = estimatePlan(plan, document);
  const fanInUsd = (fanInBound(plan, estimated) ?? 0) * fanInCalls;
  const mostUsd = estimated.reduce((sum, size) => sum + knownBound(size), fanInUsd);
  return mostUsd * plenty <= usd ? estimated : sizePlan(plan, document, world);
}

/** The most that one call of the fan-in may cost: it reads at most all that the branches may write. */
function fanInBound(
  { fanIn, branches, fanInModel, fanInMaxTokens }: FanOutPlan,
  sizes: readonly Sized[],
): number | undefined {
  const [first] = sizes;
  if (fanIn.how === 'merge' || first === undefined) return undefined;
  const model = fanInModel ?? first.model;
  const factor = tokenFactor(model);
  const written = branches.reduce((sum, { key }, at) => {
    const { maxTokens = 0, model: writer = model } = sizes[at] ?? {};
    // What one model wrote may be more tokens to another.
    return sum + maxTokens * Math.max(1, factor / tokenFactor(writer)) + (estimateText(key) + marksTokens) * factor;
  }, 0);
  const inputTokens = Math.ceil(written + (rulesTokens + estimateText(fanIn.criteria)) * factor);
  return knownBound({
    ...first,
    model,
    maxTokens: fanInMaxTokens ?? first.maxTokens,
    inputTokens,
    cached: false,
    structured: fanIn.how === 'select',
  });
}
