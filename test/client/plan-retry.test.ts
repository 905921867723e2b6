import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished, vi } from 'vitest';

import { planRetry } from '../../src/client/plan-retry.js';
import type { RunView } from '../../src/client/run-view.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import { noLedger, outcomeOfSkip } from '../../src/contract/outcome.js';
import type { GraphInput } from '../../src/plan/graph/flow.js';
import { plannedRun } from '../../src/plan/kinds.js';
import { planPerspectives } from '../../src/plan/perspectives-plan.js';
import type { PerspectivesInput } from '../../src/plan/perspectives-plan.js';
import { BlobStore } from '../../src/store/blob-store.js';

async function openStore(): Promise<BlobStore> {
  const home = await mkdtemp(join(tmpdir(), 'fanfold-retry-'));
  onTestFinished(() => rm(home, { recursive: true }));
  return new BlobStore(home);
}

function branch(index: number, key: string, part: Partial<StoredBranch>): StoredBranch {
  return { ...outcomeOfSkip({ key, index, queuedAtMs: 0 }, 'made up', 0), usage: noLedger.usage, ...part };
}

/** A run of perspectives that has ended so. */
function ended(input: Partial<PerspectivesInput>, branches: StoredBranch[], calls: StoredBranch[] = []): RunView {
  const perspectives = branches.map(({ key }) => key);
  const whole = { document: { inline: 'A text.' }, perspectives, ...input } as PerspectivesInput;
  const plan = planPerspectives(whole);
  const planned = { branches: plan.branches, policy: plan.policy };
  const fanIn = { how: 'select', from: [], missing: [], calls };
  const result = { branches, status: 'partial', fanIn };
  return {
    kind: 'perspectives',
    workflowId: 'run',
    runId: 'first',
    input: whole,
    planned,
    result,
  } as unknown as RunView;
}

const ok = { status: 'ok', costUsd: 0.01 } as const;
const failed = { status: 'failed', costUsd: 0.002, lostUsd: 0.003 } as const;

it('counts what the finished run has spent on branches, on calls of its fan-in, and on lost calls', async () => {
  const judges = [branch(2, 'judge-1', { ...ok, costUsd: 0.1 }), branch(3, 'judge-2', { ...failed, lostUsd: 0.2 })];
  const view = ended({}, [branch(0, 'a', ok), branch(1, 'b', failed)], judges);
  expect((await planRetry(view, [], await openStore())).spentUsd).toBeCloseTo(0.01 + 0.005 + 0.1 + 0.202);
});

it('makes the texts new in the store that it takes over or asks about, so that none is pruned with the run', async () => {
  const store = await openStore();
  const [answer, document, other] = await Promise.all(
    ['An answer.', 'A document.', 'None of ours.'].map((text) => store.putText(text)),
  );
  const put = vi.spyOn(store, 'putText');
  await planRetry(
    ended({ document: document! }, [branch(0, 'a', { ...ok, output: answer! }), branch(1, 'b', failed)]),
    [],
    store,
  );
  expect(put.mock.calls.map(([text]) => text).toSorted()).toEqual(['A document.', 'An answer.']);
  expect(other).toBeDefined();
});

it('waits for all that it begins anew where what it takes over decides the join by itself', async () => {
  const three = [branch(0, 'a', ok), branch(1, 'b', ok), branch(2, 'c', failed)];
  const input = async (given: Partial<PerspectivesInput>, keys: string[] = []) =>
    (await planRetry(ended(given, three), keys, await openStore())).input as unknown as PerspectivesInput;
  expect(await input({ join: 'quorum', quorum: 2 })).toMatchObject({ join: 'settled', quorum: undefined });
  expect(await input({ join: 'quorum', quorum: 3 })).toMatchObject({ join: 'quorum', quorum: 3 });
  expect(await input({ join: 'first' })).toMatchObject({ join: 'settled' });
  expect(await input({ join: 'all' })).toMatchObject({ join: 'all' });
  const two = [branch(0, 'a', failed), branch(1, 'b', ok), branch(2, 'c', failed)];
  const some = await planRetry(ended({ join: 'all' }, two), ['c'], await openStore());
  // One that is taken over as it failed would end it at once.
  expect(some.input).toMatchObject({ join: 'settled' });
  expect(some.anew.map(({ key }) => key)).toEqual(['c']);
});

it('takes over of a graph neither what was left out nor what must be ok and is not: the new run finds out by itself', async () => {
  const nodes = {
    a: { prompt: 'A?' },
    b: { prompt: 'B?', needs: ['a'] },
    c: { prompt: 'C?', needs: ['a'], when: '{{ a }} == "x"' },
  };
  const input = { flow: { nodes } } as unknown as GraphInput;
  expect(plannedRun('graph', input).problem).toBeUndefined();
  const graph = (branches: StoredBranch[]): RunView => {
    const view = { kind: 'graph', workflowId: 'run', runId: 'first', input, planned: plannedRun('graph', input) };
    return { ...view, result: { branches, status: 'failed' } } as unknown as RunView;
  };
  const leftOut = { status: 'skipped', error: { type: 'LeftOut', message: 'Its condition does not hold.' } } as const;
  const view = graph([branch(0, 'a', ok), branch(1, 'b', failed), branch(2, 'c', leftOut)]);
  const store = await openStore();
  const retry = await planRetry(view, [], store);
  expect([retry.anew.map(({ key }) => key), retry.taken]).toEqual([['b'], 1]);
  expect(retry.input.known.branches?.map(({ key }) => key)).toEqual(['a']);
  const two = graph([branch(0, 'a', ok), branch(1, 'b', failed), branch(2, 'c', failed)]);
  await expect(planRetry(two, ['c'], store)).rejects.toThrow('Expected `b` among the keys');
});
