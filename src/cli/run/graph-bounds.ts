import { InputError, OverBudgetError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { addCost } from '../../contract/usage.js';
import type { GraphInput } from '../../plan/graph/flow.js';
import type { GraphPlan } from '../../plan/graph/graph-plan.js';
import type { Documents } from '../read/document-source.js';
import type { BoundNode } from '../read/bound-flow.js';
import { levelsOf, longestChain, mermaidOf } from '../read/draw-flow.js';
import { parseDollars } from '../read/numbers.js';
import { columnsOf } from '../show/columns-of.js';
import { formatCost } from '../show/amounts.js';
import { json, line, lines, padded } from '../show/terminal-text.js';
import type { World } from '../world.js';
import type { RunFlags } from './run-flags.js';

/** @throws OverBudgetError where the budget does not cover the largest question; InputError where a price is not known */
export function graphBudgetOf(bounds: readonly BoundNode[], { budget }: RunFlags): Pick<GraphInput, 'budget'> {
  if (budget === undefined) return {};
  const usd = parseDollars(budget, 'budget');
  const boundsUsd = bounds.map(({ questionUsd, key, model }) => {
    if (questionUsd === null) {
      throw new InputError(
        `Expected a bound for what every node may cost, got none for \`${key}\`.`,
        `The price of ${model} must be known, and so must the length of every list before it.`,
      );
    }
    return questionUsd;
  });
  const largest = Math.max(...boundsUsd);
  if (largest > usd) {
    throw new OverBudgetError(
      `Expected \`budget\` to cover what the run must do at least, got ${formatCost(usd)}: one question may cost ${formatCost(largest)}.`,
      'Nothing was started. See `--dry-run`; a smaller `--max-tokens` lowers the bound.',
    );
  }
  return { budget: { usd, boundsUsd } };
}

/** Prints what a graph would ask, and what that costs at most. */
export function dryRunGraph(
  { flow, nodes }: GraphPlan,
  bounds: readonly BoundNode[],
  flags: RunFlags,
  world: World,
  read: Documents['read'],
): ExitCode {
  const upperBoundUsd = bounds.reduce<number | null>((sum, { boundUsd }) => addCost(sum, boundUsd), 0);
  const criticalPath = longestChain(flow, (name) => nodes.find(({ key }) => key === name)?.maxTokens ?? 0);
  const branches = bounds.map(({ key, model, inputTokens, maxTokens, times, boundUsd }) => ({
    key,
    model,
    inputTokens: Number.isFinite(inputTokens) ? inputTokens : null,
    maxTokens,
    times,
    upperBoundUsd: boundUsd,
  }));
  const mermaid = mermaidOf(flow);
  if (flags.json || flags.ndjson) {
    world.stdout.write(json({ branches, criticalPath, upperBoundUsd, mermaid, read }, flags.json ? 2 : undefined));
    return exitCodes.complete;
  }
  const most = (usd: number | null) => (usd === null ? formatCost(null) : `at most ${formatCost(usd)}`);
  const width = Math.max(...branches.map(({ key }) => columnsOf(key)));
  world.stdout.write(
    lines([
      ...levelsOf(flow).map((level, depth) => `${depth === 0 ? '  ' : '→ '}${level.join('  |  ')}`),
      '',
      ...branches.map(({ key, model, inputTokens, maxTokens, times, upperBoundUsd: usd }, at) =>
        [
          line`${padded(key, width)}  ${model}`,
          `at most ${inputTokens?.toLocaleString('en') ?? 'any number of'} in, ${maxTokens.toLocaleString('en')} out`,
          ...(times === 1 ? [] : [`× ${bounds[at]?.isAtMost ? 'at most ' : ''}${times ?? 'one for each item'}`]),
          most(usd),
        ].join('  '),
      ),
      `longest chain: ${criticalPath.join(' → ')}`,
      `total ${most(upperBoundUsd)}`,
      '',
      ...mermaid.split('\n'),
      '',
      'Nothing was started.',
    ]),
  );
  return exitCodes.complete;
}
