import type { Retry, RunView } from '../../client/index.js';
import { InputError, OverBudgetError } from '../../contract/errors.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import type { Item } from '../../contract/lanes.js';
import type { BudgetOptions } from '../../contract/options.js';
import type { Stored } from '../../contract/stored.js';
import { isInStore } from '../../contract/stored.js';
import { planCompare } from '../../plan/compare-plan.js';
import type { CompareInput } from '../../plan/compare-plan.js';
import type { FanOutPlan } from '../../plan/fan-out-plan.js';
import type { GatherInput } from '../../plan/gather-plan.js';
import { planGraph } from '../../plan/graph/graph-plan.js';
import type { GraphInput } from '../../plan/graph/flow.js';
import { planPerspectives } from '../../plan/perspectives-plan.js';
import type { PerspectivesInput } from '../../plan/perspectives-plan.js';
import { planSummarise } from '../../plan/summarise-plan.js';
import type { SummariseInput } from '../../plan/summarise-plan.js';
import { planValidate } from '../../plan/validate-plan.js';
import type { ValidateInput } from '../../plan/validate-plan.js';
import type { BlobStore } from '../../store/blob-store.js';
import { inOnePiece } from '../commands/validate.js';
import { boundFlow } from '../read/bound-flow.js';
import { parseDollars } from '../read/numbers.js';
import { formatCost } from '../show/amounts.js';
import type { World } from '../world.js';
import { budgetOf } from './budget-of.js';
import { DocumentBounds } from './document-bounds.js';
import { dryRun, dryRunWide } from './dry-run.js';
import { dryRunGraph, graphBudgetOf } from './graph-bounds.js';
import type { RunFlags } from './run-flags.js';

/** A retry and what bounds it: its input with the texts in it. */
export interface Bounded {
  retry: Retry;
  view: RunView;
  input: object;
  store: BlobStore;
}

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
        return bounds.budget(usd, view.planned.wide.policy.economy, retry.anew.length);
      }
      return directBudget(await directPlan(bounded), retry.keys.length, budget, world);
  }
}

/** Prints what would be begun anew, and what it would cost at most. */
export async function dryRetry(bounded: Bounded, flags: RunFlags, world: World): Promise<ExitCode> {
  const { retry, view } = bounded;
  if (view.planned.wide !== undefined) {
    const bounds = await documentBounds(bounded);
    return dryRunWide(bounds.summary(retry.anew.length), { unreadable: [] }, flags, world);
  }
  if (retry.kind === 'graph') {
    const plan = planGraph(bounded.input as GraphInput);
    return dryRunGraph(plan, await boundNodes(bounded), flags, world);
  }
  const anew = new Set(retry.anew.map(({ key }) => key));
  const plan = await directPlan(bounded);
  return dryRun({ ...plan, branches: plan.branches.filter(({ key }) => anew.has(key)) }, undefined, flags, world);
}

function budgetUsdOf({ retry }: Bounded, { budget }: RunFlags): number | undefined {
  if (budget !== undefined) return parseDollars(budget, 'budget');
  const before = retry.input as { budget?: BudgetOptions; budgetUsd?: number; fanIn?: string; best?: string };
  const calls = before.fanIn === 'select' || before.best === 'judge' ? 2 : 1;
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

/** The model calls of a narrow run, the texts of which are known. */
async function directPlan({ retry, input }: Bounded): Promise<FanOutPlan> {
  // Bounds of the former run are no longer asked for.
  const { budget: _, ...options } = input as { budget?: unknown };
  switch (retry.kind) {
    case 'perspectives':
      return planPerspectives(options as PerspectivesInput);
    case 'compare':
      return planCompare(options as CompareInput);
    case 'summarise': {
      const plan = planSummarise(options as SummariseInput);
      if ('direct' in plan) return plan.direct;
      throw new InputError('Expected a run without lanes.');
    }
    case 'validate': {
      const { asked } = planValidate(options as ValidateInput);
      const hasSources = ((options as ValidateInput).sources ?? []).length > 0;
      return { ...asked, branches: asked.branches.map((branch) => inOnePiece(branch, hasSources)) };
    }
    default:
      throw new InputError(`Expected a kind whose questions are known, got ${retry.kind}.`);
  }
}

async function boundNodes({ retry, input }: Bounded) {
  const { budget: _, ...options } = input as GraphInput;
  const values = Object.fromEntries(
    Object.entries(options.values ?? {}).map(([name, value]) => [name, 'inline' in value ? value.inline : undefined]),
  );
  const anew = new Set(retry.anew.map(({ key }) => key.replace(/\[\d+\]$/, '')));
  // What is taken over is asked about no more; nodes that have not been reached are.
  const known = new Set(retry.input.known.branches?.map(({ key }) => key) ?? []);
  return boundFlow(planGraph(options), values).map((node) =>
    known.has(node.key) && !anew.has(node.key) ? { ...node, times: 0, boundUsd: 0, questionUsd: 0 } : node,
  );
}

/** The bounds of those documents of a wide run that are begun anew. */
async function documentBounds({ retry, view, input, store }: Bounded): Promise<DocumentBounds> {
  const bounds = new DocumentBounds(input as SummariseInput);
  const anew = new Set(retry.anew.map(({ index }) => index));
  let index = 0;
  for (const chunk of view.planned.wide?.chunks ?? []) {
    for (const item of JSON.parse(await store.readText(chunk)) as Item[]) {
      if (anew.has(index) && item.unreadable === undefined) bounds.add(item);
      index += 1;
    }
  }
  return bounds;
}

/**
 * An input with its texts in it, as plans need it that are bounded.
 *
 * @throws FanfoldError `DocumentMissing` where one was stored elsewhere
 */
export async function withTexts(input: object, store: BlobStore): Promise<object> {
  const text = async (stored: Stored<string>) => ({
    inline: isInStore(stored) ? await store.readText(stored) : stored.inline,
  });
  const value = async (stored: Stored<unknown>) => ({
    inline: isInStore(stored) ? (JSON.parse(await store.readText(stored)) as unknown) : stored.inline,
  });
  const { document, documents, references, values } = input as {
    document?: Stored<string>;
    documents?: readonly { text: Stored<string> }[];
    references?: readonly { text: Stored<string> }[];
    values?: { [name: string]: Stored<unknown> };
  };
  return {
    ...input,
    ...(document && { document: await text(document) }),
    ...(documents && {
      documents: await Promise.all(documents.map(async (each) => ({ ...each, text: await text(each.text) }))),
    }),
    ...(references && {
      references: await Promise.all(references.map(async (each) => ({ ...each, text: await value(each.text) }))),
    }),
    ...(values && {
      values: Object.fromEntries(
        await Promise.all(Object.entries(values).map(async ([name, each]) => [name, await value(each)] as const)),
      ),
    }),
  };
}
