import { kindOf } from '../../src/plan/kinds.js';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Client } from '@temporalio/client';
import { defaultDataConverter } from '@temporalio/common';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, it, vi } from 'vitest';

import { readRun, RunView } from '../../src/client/index.js';
import { plannedRun } from '../../src/plan/kinds.js';
import { nothingPlanned } from '../../src/plan/planned-run.js';
import { noLedger, outcomeOfAnswer } from '../../src/contract/outcome.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import type { RunResult } from '../../src/contract/run-result.js';
import type { Run } from '../../src/contract/run.js';
import type { BlobStore } from '../../src/store/blob-store.js';
import { root } from '../support/fanfold.js';

const client = { options: { loadedDataConverter: defaultDataConverter } } as unknown as Client;

const large = { sha256: 'a'.repeat(64), bytes: 9 };
const foreign = { sha256: 'b'.repeat(64), bytes: 9 };

/** A store that has what the run itself put there, and another run's answer. */
function openStore() {
  const texts: Record<string, string> = {
    [large.sha256]: '"a large answer"',
    [foreign.sha256]: '"the made-up safe word"',
  };
  return { readText: vi.fn<BlobStore['readText']>(async ({ sha256 }) => texts[sha256] ?? '') };
}

function branch(key: string, index: number, output: StoredBranch['output']): StoredBranch {
  const place = { key, index, queuedAtMs: 0 };
  const answer = { status: 'ok', model: '', reused: false, savedUsd: 0, ledger: noLedger, finishedAtMs: 1 } as const;
  return outcomeOfAnswer(place, output === undefined ? answer : { ...answer, output });
}

/** What is read of a finished run that has no `references`: one of a version that did not tag them. */
async function read(
  kind: string,
  result: Partial<RunResult>,
  store: ReturnType<typeof openStore>,
  input?: unknown,
): Promise<Run> {
  const view = new RunView(client, 'older');
  view.kind = kind;
  view.closed = 'completed';
  view.planned = input === undefined ? nothingPlanned : plannedRun(kind, input);
  view.result = { status: 'complete', output: null, branches: [], criticalPath: [], ...result };
  return readRun(view, store as unknown as BlobStore, null);
}

const flow = {
  nodes: {
    big: { prompt: 'Big.' },
    sly: { prompt: 'Sly.' },
    first: { prompt: 'First.', writes: 'both' },
    second: { prompt: 'Second.', writes: 'both' },
  },
  state: { both: { reducer: 'keyed' } },
};
const branches = [
  branch('big', 0, large),
  branch('sly', 1, { inline: foreign }),
  branch('first', 2, { inline: large }),
  branch('second', 3, { inline: foreign }),
];

describe('the output of a run of an older version', () => {
  it('has the large answers of a graph where the graph says whose they are, and follows nothing that a model has written', async () => {
    const store = openStore();
    const output = { big: large, sly: foreign, both: { first: large, second: foreign } };
    const run = await read('graph', { output, branches }, store, { flow });
    expect(run.output).toEqual({ ...output, big: 'a large answer' });
    expect(store.readText.mock.calls).toEqual([[large]]);
  });

  it.each([
    ['big', large, 'a large answer'],
    ['sly', foreign, foreign],
    ['sly', large, large],
  ])('is one key of a graph: %s', async (key, output, expected) => {
    const nodes = { [key]: { prompt: 'Say.' } };
    const own = key === 'big' ? branch(key, 0, large) : branch(key, 0, { inline: output });
    const run = await read('graph', { output, branches: [own] }, openStore(), { flow: { nodes, output: key } });
    expect(run.output).toEqual(expected);
  });

  it('has the fallback of a node that was cut, however much of an answer there was', async () => {
    const nodes = { big: { prompt: 'Say.', onError: 'fallback', fallback: foreign } };
    const cut = { ...branch('big', 0, large), status: 'truncated' as const };
    const run = await read('graph', { output: { big: foreign }, branches: [cut] }, openStore(), { flow: { nodes } });
    expect(run.output).toEqual({ big: foreign });
  });

  it('is that of the branch that was selected, or of the last call of the synthesis', async () => {
    const fanIn = { from: [], missing: [], calls: [branch('synthesis-1', 4, large)] };
    const chosen = (key: string) => ({ ...fanIn, how: 'select' as const, chosen: { key, reason: '', votes: {} } });
    const outputs = await Promise.all(
      [chosen('big'), chosen('sly'), { ...fanIn, how: 'synthesise' as const }].map(async (how) =>
        read('perspectives', { output: foreign, branches, fanIn: how }, openStore()),
      ),
    );
    expect(outputs.map(({ output }) => output)).toEqual(['a large answer', foreign, 'a large answer']);
  });

  it('is the last turn of an agent, or what it had done where there is no answer', async () => {
    const turns = [branch('turn-1', 0, { inline: {} }), branch('look_up-1', 1, { inline: foreign })];
    const done = await read('agent', { output: large, branches: [...turns, branch('turn-2', 2, large)] }, openStore());
    expect(done.output).toBe('a large answer');
    const output = { 'turn-1': {}, 'look_up-1': foreign, 'essay-1': large };
    const undone = await read(
      'agent',
      { status: 'failed', output, branches: [...turns, branch('essay-1', 2, large)] },
      openStore(),
    );
    expect(undone.output).toEqual({ ...output, 'essay-1': 'a large answer' });
  });

  it.each(['validate', 'gather'])('of %s stands as it is', async (kind) => {
    const store = openStore();
    const output = { hits: [foreign], answer: large };
    expect((await read(kind, { output }, store)).output).toEqual(output);
    expect(store.readText).not.toHaveBeenCalled();
  });
});

describe('the committed histories of older versions', () => {
  const folder = join(root, 'test', 'histories');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));

  it.each(names.filter((name) => !name.includes('wide')))('are read as they ended: %s', async (name) => {
    const view = new RunView(client, name);
    const { events } = historyFromJSON(JSON.parse(readFileSync(join(folder, name), 'utf8')));
    for (const event of events ?? []) await view.apply(event);
    const store = openStore();
    const run = await readRun(view, store as unknown as BlobStore, null);
    const output = view.result?.output;
    // Rows and their votes are made by whoever reads.
    if (view.result !== null && kindOf(view.kind)?.output !== 'rows') expect(run.output).toEqual(output);
    expect(store.readText).not.toHaveBeenCalled();
  });
});
