import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { installRuntime } from '../../src/worker/index.js';
import { root, SeededTree } from './seeded-tree.js';

/** Workflow types and their files. */
const kinds = {
  agent: 'agent',
  compare: 'compare',
  gather: 'gather',
  graph: 'graph',
  map: 'map',
  perspectives: 'perspectives',
  research: 'research',
  summarise: 'summarise',
  validate: 'validate',
};

interface History {
  events: Event[];
}

interface Event {
  workflowExecutionStartedEventAttributes?: { workflowType: { name: string } };
  workflowExecutionUpdateAcceptedEventAttributes?: { acceptedRequest: { input: { name: string } } };
}

const folder = join(root, 'test', 'histories');

/** Histories of runs that today's code must be able to take up again, as `temporal workflow show --output json` prints them. */
const names = (existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [])
  .filter((name) => name.endsWith('.json'))
  .toSorted();
const histories = names.map((name) => ({
  name,
  history: JSON.parse(readFileSync(join(folder, name), 'utf8')) as History,
}));

// A refused replay is logged at length; here it is expected.
beforeAll(() => installRuntime('ERROR', () => {}));

describe('the committed histories', () => {
  it('are of finished runs and of runs cut off halfway', () => {
    const finished = histories.filter(({ history }) => isFinished(history));
    expect(finished.length, `finished runs in ${folder}`).toBeGreaterThan(0);
    expect(histories.length - finished.length, `unfinished runs in ${folder}`).toBeGreaterThan(0);
  });

  it.each(Object.keys(kinds))('are of runs of %s that came to their end, were cancelled and were steered', (kind) => {
    const ofKind = histories.filter(({ history }) => kindOf(history) === kind);
    const steering = ['approve', 'cancelBranch', 'retryFailed'];
    const isSteered = ({ events }: History) => updatesIn(events).some((name) => steering.includes(name));
    const are = (what: (history: History) => boolean) => ofKind.filter(({ history }) => what(history)).length;
    expect(are((history) => endOf(history) === 'Completed')).toBeGreaterThan(0);
    expect(are((history) => endOf(history) === 'Canceled')).toBeGreaterThan(0);
    expect(are(isSteered)).toBeGreaterThan(0);
  });

  let replayed: Map<string, Error | undefined>;

  beforeAll(async () => {
    replayed = await replay(inject('workflowBundle'));
  });

  it.each(histories)('replay as they were recorded: $name', ({ name }) => {
    expect(replayed.has(name)).toBe(true);
    expect(replayed.get(name)).toBeUndefined();
  });
});

describe('workflows that have changed', () => {
  let tree: SeededTree;
  let replayed: Map<string, Error | undefined>;

  beforeAll(async () => {
    tree = await SeededTree.grow({
      'workflows/seeded.ts': [
        `import { sleep } from '@temporalio/workflow';`,
        ...Object.entries(kinds).flatMap(([kind, file]) => [
          `import * as ${kind}Today from './${file}.js';`,
          `export async function ${kind}(input: Parameters<typeof ${kind}Today.${kind}>[0]): Promise<unknown> {`,
          `  await sleep('1s');`,
          `  return ${kind}Today.${kind}(input);`,
          `}`,
        ]),
      ].join('\n'),
      'workflows/index.ts': `export { ${Object.keys(kinds).join(', ')} } from './seeded.js';\n`,
      'workflows/library.ts': 'export {};\n',
    });
    const compiled = await tree.run('tsc', '-b', 'workflows');
    const bundled = await tree.run('node', 'scripts/bundle-workflows.mjs', 'plain');
    if (compiled.exitCode !== 0 || bundled.exitCode !== 0) throw new Error(compiled.output + bundled.output);
  });

  beforeAll(async () => {
    replayed = await replay(join(tree.directory, 'dist', 'workflow-bundle.js'));
  });

  afterAll(() => tree?.cut());

  it.each(histories)('are refused: $name', ({ name }) => {
    expect(replayed.get(name)).toBeInstanceOf(DeterminismViolationError);
  });
});

/** What the replay of each history ended with, by its name: one worker replays them all, for starting it takes longer than most of them. */
async function replay(codePath: string): Promise<Map<string, Error | undefined>> {
  const given = histories.map(({ name, history }) => ({ workflowId: name, history }));
  const ended = new Map<string, Error | undefined>();
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: { codePath } }, given)) {
    ended.set(workflowId, error);
  }
  return ended;
}

const ends = ['Completed', 'Failed', 'Canceled', 'Terminated', 'TimedOut', 'ContinuedAsNew'];

function isFinished(history: History): boolean {
  return endOf(history) !== undefined;
}

function endOf({ events }: History): string | undefined {
  const last = events.at(-1) ?? {};
  return ends.find((end) => `workflowExecution${end}EventAttributes` in last);
}

function kindOf({ events: [first] }: History): string | undefined {
  return first?.workflowExecutionStartedEventAttributes?.workflowType.name;
}

/** Names of the updates that were taken. */
function updatesIn(events: readonly Event[]): string[] {
  return events.flatMap(
    ({ workflowExecutionUpdateAcceptedEventAttributes: accepted }) => accepted?.acceptedRequest.input.name ?? [],
  );
}
