import { resolve } from 'node:path';

import type { Command } from 'commander';

import { placeValue, startRun } from '../../client/index.js';
import type { Stored } from '../../contract/stored.js';
import { InputError, OverBudgetError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import type { Flow, GraphInput, InputType } from '../../plan/graph/flow.js';
import { planGraph } from '../../plan/graph/graph-plan.js';
import type { GraphPlan } from '../../plan/graph/graph-plan.js';
import { addCost } from '../../contract/usage.js';
import { formatCost } from '../show/amounts.js';
import { boundFlow } from '../read/bound-flow.js';
import type { BoundNode } from '../read/bound-flow.js';
import { conductRun } from '../run/conduct-run.js';
import { levelsOf, longestChain, mermaidOf } from '../read/draw-flow.js';
import { parseDollars } from '../read/numbers.js';
import { readDocument } from '../read/read-document.js';
import { readFlow } from '../read/read-flow.js';
import { addRunFlags, collect, runOptions } from '../run/run-flags.js';
import type { RunFlags } from '../run/run-flags.js';
import type { Session } from '../home/session.js';
import { json, line, lines, padded } from '../show/terminal-text.js';
import type { World } from '../world.js';

interface GraphFlags extends RunFlags {
  input: string[];
}

export function graphCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('graph')
    .description('a graph of model calls from a YAML or JSON file: each node runs the moment what it needs is there')
    .argument('<flow>', 'file with the flow')
    .option(
      '--input <name=value>',
      'an input of the flow; name=@file reads a file, name=@- standard input',
      collect,
      [],
    );
  addRunFlags(command).action(async (file: string, flags: GraphFlags) => {
    done(await graph(file, flags, world));
  });
}

async function graph(file: string, flags: GraphFlags, world: World): Promise<ExitCode> {
  const { join, ...options } = runOptions(flags);
  if (join !== undefined && join !== 'settled') {
    throw new InputError(
      `Expected no \`--join\` for a graph, got \`${join}\`.`,
      'Each node says by `onError` what becomes of the run without it.',
    );
  }
  if (options.economy || options.late === 'amend') {
    throw new InputError('Expected no `--economy` and no `--late amend` for a graph: its nodes wait for one another.');
  }
  const flow = await readFlow(file, world);
  const values = await valuesOf(flow, flags.input, world);
  const inline = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { inline: value }]));
  const plan = planGraph({ ...options, flow, values: inline });
  const bounds = boundFlow(plan, values);
  if (flags.dryRun) return dryRun(plan, bounds, flags, world);
  const budget = budgetOf(bounds, flags);
  const need = { offline: plan.model.offline, concurrency: plan.policy.concurrency };
  return conductRun(need, flags, world, async (session) => {
    const input: GraphInput = {
      ...options,
      ...budget,
      flow,
      values: await placeValues(values, session),
      searchable: session.searchable,
    };
    const names = plan.nodes.map(({ key }) => key);
    return startRun(session.client, {
      kind: 'graph',
      input,
      ...(flags.id !== undefined && { workflowId: flags.id }),
      summary: `${file}: ${names.join(', ')}`,
      details: ['```mermaid', mermaidOf(flow), '```'].join('\n'),
    });
  });
}

async function valuesOf(
  { input = {} }: Flow,
  given: readonly string[],
  world: World,
): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const pair of given) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, at));
    if (at < 1) throw new InputError(`Expected \`input\` to be name=value, got \`${pair}\`.`);
    const type = input[name];
    if (type === undefined) {
      throw new InputError(
        `Expected an input of the flow (${Object.keys(input).join(', ') || 'none'}), got \`${name}\`.`,
      );
    }
    values[name] = typed(await textOf(pair.slice(at + 1), world), name, type);
  }
  return values;
}

async function textOf(value: string, world: World): Promise<string> {
  if (!value.startsWith('@')) return value;
  const file = value.slice(1);
  const { text } = await readDocument(file === '-' ? file : resolve(world.cwd, file), world);
  return text;
}

function typed(text: string, name: string, type: InputType): unknown {
  if (type === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError(
      `Expected the input \`${name}\` to be JSON of type ${type}, got ${JSON.stringify(text.slice(0, 60))}.`,
    );
  }
}

/** Large texts are stored first; anything else stands in the run's input. */
async function placeValues(
  values: Record<string, unknown>,
  { store }: Session,
): Promise<Record<string, Stored<unknown>>> {
  const placed = Object.entries(values).map(async ([name, value]): Promise<[string, Stored<unknown>]> => {
    return [name, typeof value === 'string' ? await placeValue(value, store) : { inline: value }];
  });
  return Object.fromEntries(await Promise.all(placed));
}

function budgetOf(bounds: readonly BoundNode[], { budget }: GraphFlags): Pick<GraphInput, 'budget'> {
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

function dryRun({ flow, nodes }: GraphPlan, bounds: readonly BoundNode[], flags: GraphFlags, world: World): ExitCode {
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
    world.stdout.write(json({ branches, criticalPath, upperBoundUsd, mermaid }, flags.json ? 2 : undefined));
    return exitCodes.complete;
  }
  const most = (usd: number | null) => (usd === null ? formatCost(null) : `at most ${formatCost(usd)}`);
  const width = Math.max(...branches.map(({ key }) => key.length));
  world.stdout.write(
    lines([
      ...levelsOf(flow).map((level, depth) => `${depth === 0 ? '  ' : '→ '}${level.join('  |  ')}`),
      '',
      ...branches.map(({ key, model, inputTokens, maxTokens, times, upperBoundUsd: usd }) =>
        [
          line`${padded(key, width)}  ${model}`,
          `at most ${inputTokens?.toLocaleString('en') ?? 'any number of'} in, ${maxTokens.toLocaleString('en')} out`,
          ...(times === 1 ? [] : [`× ${times ?? 'one for each item'}`]),
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
