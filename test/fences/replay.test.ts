import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import type { ReplayWorkerOptions } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
// As it is built: its interceptors are bundled from where they lie.
import { FanfoldPlugin } from 'fanfold/worker';
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

/** The workflow of somebody's own in the histories, which has a bundle of its own, and that with one command more. */
const own = { recorded: 'ownQuestions', changed: 'ownQuestionsChanged' };

interface History {
  events: Event[];
}

interface Named {
  name: string;
  history: History;
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

const ofOwn = histories.filter((each) => !isOfFanfold(each));

let ownBundle: Promise<{ code: string }>;

beforeAll(() => {
  const workflowsPath = join(folder, 'own.workflow.ts');
  const logger = new DefaultLogger('ERROR');
  ownBundle = bundleWorkflowCode({ workflowsPath, plugins: [new FanfoldPlugin()], logger });
  ownBundle.catch(() => {});
});

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

  it('are of workflows of somebody’s own, narrow and in lanes, that ended, were cut, amended and cancelled', () => {
    const names = ofOwn.map(({ name }) => name);
    const ends = ofOwn.map(({ history }) => endOf(history));
    for (const end of ['Completed', 'Canceled', undefined]) expect(ends).toContain(end);
    for (const what of [
      'deadline',
      'amended',
      'cancelled',
      'wide-deadline',
      'wide-amended',
      'wide-cancelled',
      'wide-cut',
    ])
      expect(names).toContainEqual(expect.stringContaining(`own-${what}.json`));
    expect(histories.map(({ history }) => kindOf(history))).toContain('lanes');
  });

  let replayed: Map<string, Error | undefined>;

  beforeAll(async () => {
    const [ofKinds, ofOthers] = [
      await replay({ codePath: inject('workflowBundle') }, histories.filter(isOfFanfold)),
      await replay(await ownBundle, ofOwn),
    ];
    replayed = new Map([...ofKinds, ...ofOthers]);
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
        ...Object.entries({ ...kinds, lanes: 'lanes' }).flatMap(([kind, file]) => [
          `import * as ${kind}Today from './${file}.js';`,
          `export async function ${kind}(input: Parameters<typeof ${kind}Today.${kind}>[0]): Promise<unknown> {`,
          `  await sleep('1s');`,
          `  return ${kind}Today.${kind}(input);`,
          `}`,
        ]),
      ].join('\n'),
      'workflows/index.ts': `export { ${Object.keys(kinds).join(', ')}, lanes } from './seeded.js';\n`,
      'workflows/library.ts': 'export {};\n',
    });
    const compiled = await tree.run('tsc', '-b', 'workflows');
    const bundled = await tree.run('node', 'scripts/bundle-workflows.mjs', 'plain');
    if (compiled.exitCode !== 0 || bundled.exitCode !== 0) throw new Error(compiled.output + bundled.output);
  });

  beforeAll(async () => {
    const bundle = { codePath: join(tree.directory, 'dist', 'workflow-bundle.js') };
    const ofOthers = ofOwn.map(({ name, history }) => ({ name, history: asOf(own.changed, history) }));
    replayed = new Map([
      ...(await replay(bundle, histories.filter(isOfFanfold))),
      ...(await replay(await ownBundle, ofOthers)),
    ]);
  });

  afterAll(() => tree?.cut());

  it.each(histories)('are refused: $name', ({ name }) => {
    expect(replayed.get(name)).toBeInstanceOf(DeterminismViolationError);
  });
});

/** What the replay of each history ended with, by its name: one worker replays those of a version, for starting it takes longer than most of them. */
async function replay(
  workflowBundle: NonNullable<ReplayWorkerOptions['workflowBundle']>,
  all: readonly Named[],
): Promise<Map<string, Error | undefined>> {
  const ended = new Map<string, Error | undefined>();
  for (const version of new Set(all.map(({ name }) => dirname(name)))) {
    const ofVersion = all.filter(({ name }) => dirname(name) === version);
    // Under the id that it was recorded with: those of children are made of it.
    const given = ofVersion.map(({ name, history }) => ({ workflowId: basename(name, '.json'), history }));
    for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, given)) {
      ended.set(join(version, `${workflowId}.json`), error);
    }
  }
  return ended;
}

function isOfFanfold({ history }: Named): boolean {
  return kindOf(history) !== own.recorded;
}

/** A history as one of another workflow. */
function asOf(name: string, { events: [first, ...rest] }: History): History {
  const started = { ...first?.workflowExecutionStartedEventAttributes, workflowType: { name } };
  return { events: [{ ...first, workflowExecutionStartedEventAttributes: started }, ...rest] };
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
