import type { Command } from 'commander';

import { startRun } from '../../client/index.js';
import { InputError } from '../../contract/errors.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import type { GraphInput } from '../../plan/graph/flow.js';
import { planGraph } from '../../plan/graph/graph-plan.js';
import { boundFlow, checkFilesOfNodes } from '../read/bound-flow.js';
import { conductRun } from '../run/conduct-run.js';
import { dryRunGraph, graphBudgetOf } from '../run/graph-bounds.js';
import { mermaidOf } from '../read/draw-flow.js';
import { modelsOfFlow, placeValues, valuesOf } from '../read/flow-values.js';
import { LocalFile } from '../read/local-file.js';
import { readFlow } from '../read/read-flow.js';
import { sayRead } from '../read/say-read.js';
import { sayer } from '../home/session.js';
import { addRunFlags, collect, runOptions } from '../run/run-flags.js';
import { addPdfFlag, readingOf } from '../run/pdf-flag.js';
import type { RunFlags } from '../run/run-flags.js';
import type { World } from '../world.js';

interface GraphFlags extends RunFlags {
  input: string[];
  pdf: string;
}

export function graphCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('graph')
    .description('a graph of model calls from a YAML or JSON file: each node runs the moment what it needs is there')
    .argument('<flow>', 'file with the flow')
    .option(
      '--input <name=value>',
      'an input of the flow; name=@file reads a file (text, HTML, PDF or an image), name=@- standard input',
      collect,
      [],
    );
  addRunFlags(addPdfFlag(command), undefined, ['economy']).action(async (file: string, flags: GraphFlags) => {
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
  const reading = { ...readingOf(flags, modelsOfFlow(flow, options.model)), say: sayer(world, flags.quiet) };
  const { values, read } = await valuesOf(flow, flags.input, reading, world);
  const inline = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value instanceof LocalFile ? value : { inline: value }]),
  );
  const plan = planGraph({ ...options, flow, values: inline });
  checkFilesOfNodes(plan, values);
  const bounds = boundFlow(plan, values);
  sayRead(read, sayer(world, flags.quiet));
  if (flags.dryRun) return dryRunGraph(plan, bounds, flags, world, read);
  const budget = graphBudgetOf(bounds, flags);
  const models = [...new Set(plan.nodes.map(({ model }) => model))];
  const need = { offline: plan.model.offline, models, concurrency: plan.policy.concurrency };
  return conductRun(need, flags, world, async (session) => {
    const input: GraphInput = {
      ...options,
      ...budget,
      flow,
      values: await placeValues(values, session.store),
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
