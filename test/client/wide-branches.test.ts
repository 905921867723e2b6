import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { planRetry } from '../../src/client/plan-retry.js';
import { readRun, readWideRun } from '../../src/client/read-run.js';
import type { RunView } from '../../src/client/run-view.js';
import { ToldLanes } from '../../src/client/told-lanes.js';
import { wideBranches } from '../../src/client/wide-branches.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import type { Branch } from '../../src/contract/run.js';
import type { WideOutcomes } from '../../src/contract/run-result.js';
import { addTallies, noTally, tallyOf } from '../../src/contract/lanes.js';
import type { Chunk } from '../../src/contract/lanes.js';
import { cutByKey, noLaneAnswered, outcomeOfSkip, wasCancelled } from '../../src/contract/outcome.js';
import { planSummarise } from '../../src/plan/summarise-plan.js';
import { BlobStore } from '../../src/store/blob-store.js';

let home: string;
let store: BlobStore;
let chunks: Chunk[];

const keys = ['a', 'b', 'c', 'd', 'e'];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'fanfold-wide-'));
  store = new BlobStore(home);
  chunks = [await chunkOf(keys.slice(0, 3)), await chunkOf(keys.slice(3))];
});

afterAll(() => rm(home, { recursive: true }));

async function chunkOf(those: readonly string[]): Promise<Chunk> {
  const text = JSON.stringify(those.map((key) => ({ key, text: `Of ${key}.` })));
  return { ...(await store.putText(text)), count: those.length };
}

function branch(index: number, part: Partial<StoredBranch> = {}): StoredBranch {
  const place = { key: keys[index] ?? 'none', index, queuedAtMs: 0 };
  const { error: _, ...rest } = outcomeOfSkip(place, '', 10);
  return { ...rest, status: 'ok', output: { inline: `said ${index}` }, costUsd: 0.1, ...part };
}

const failed = (index: number) => branch(index, { status: 'failed', error: { type: 'Overloaded', message: 'busy' } });

function cut(index: number, message: string): StoredBranch {
  return branch(index, { status: 'cancelled', costUsd: 0, error: { type: 'Cancelled', message } });
}

/** What lanes have reported, report by report. */
async function told(reports: StoredBranch[][], part: Partial<WideOutcomes> = {}): Promise<WideOutcomes> {
  return {
    chunks,
    batches: await Promise.all(reports.map((report) => store.putText(JSON.stringify(report)))),
    tally: reports.reduce((sum, report) => addTallies(sum, tallyOf(report)), noTally),
    poisoned: [],
    others: { status: 'cancelled', message: 'The run ended before this branch did.' },
    ...part,
  };
}

async function read(wide: WideOutcomes, total = keys.length, begin = 0): Promise<StoredBranch[]> {
  const branches: StoredBranch[] = [];
  for await (const each of wideBranches(wide, 0, { template: {}, total }, store, begin)) branches.push(each);
  return branches;
}

const seen = (branches: readonly Pick<Branch, 'key' | 'index' | 'status'>[]) =>
  branches.map(({ key, index, status }) => `${index} ${key} ${status}`);

describe('the branches of a run in lanes', () => {
  it('come once each: those that are ok as they came, then the lost, then those of which nobody has told', async () => {
    const wide = await told([
      [branch(3), failed(0)],
      [branch(1), branch(3, { output: { inline: 'again' } })],
    ]);
    const branches = await read(wide);
    expect(seen(branches)).toEqual(['3 d ok', '1 b ok', '0 a failed', '2 c cancelled', '4 e cancelled']);
    expect(branches[0]?.output).toEqual({ inline: 'said 3' });
    expect(branches[4]).toMatchObject({
      costUsd: 0,
      error: { type: 'Cancelled', message: 'The run ended before this branch did.' },
    });
  });

  it('have the later outcome where they were begun anew, and have paid for both', async () => {
    const [again, twice] = await read(
      await told([[failed(0), failed(1)], [branch(0, { costUsd: 0.25 })], [failed(1)]]),
    );
    expect(again).toMatchObject({ index: 0, status: 'ok', output: { inline: 'said 0' }, costUsd: 0.35 });
    expect(twice).toMatchObject({ index: 1, status: 'failed', costUsd: 0.2 });
  });

  it('are late where the deadline has cut them, but for one that somebody has cut by its key', async () => {
    const others = { status: 'late', message: 'Not there at the deadline.' } as const;
    const wide = await told([[cut(0, wasCancelled), cut(1, cutByKey)]], { others });
    const branches = await read(wide);
    expect(seen(branches).slice(0, 3)).toEqual(['0 a late', '1 b cancelled', '2 c late']);
    expect(branches[0]?.error).toEqual({ type: 'Late', message: others.message });
    expect(branches[2]?.error).toEqual({ type: 'Late', message: others.message });
    const whole = await told([[cut(0, wasCancelled)]]);
    expect(seen(await read(whole)).slice(0, 1)).toEqual(['0 a cancelled']);
  });

  it('have failed where no lane has brought an outcome, and are over budget where there was no money', async () => {
    const others = { status: 'skipped', message: 'The budget had no more for it.' } as const;
    const [first, second] = await read(await told([[branch(0), branch(1), branch(2)]], { poisoned: [4], others })).then(
      (branches) => branches.slice(3),
    );
    expect(first).toMatchObject({
      key: 'd',
      status: 'skipped',
      error: { type: 'OverBudget', message: others.message },
    });
    expect(second).toMatchObject({
      key: 'e',
      status: 'failed',
      error: { type: 'WorkerEnded', message: noLaneAnswered },
    });
  });

  it('are those of some chunks alone where these are asked for', async () => {
    const wide = await told([[branch(0), branch(4)], [failed(2)]]);
    expect(seen(await read({ ...wide, chunks: chunks.slice(1) }, 2, 3))).toEqual(['4 e ok', '3 d cancelled']);
    expect(seen(await read({ ...wide, chunks: chunks.slice(0, 1) }, 3))).toEqual([
      '0 a ok',
      '2 c failed',
      '1 b cancelled',
    ]);
  });
});

/** A run over the documents, as history tells it. */
function viewOf(wide: WideOutcomes, part: object = {}): RunView {
  const input = { chunks };
  const plan = planSummarise(input as never);
  if (!('wide' in plan)) throw new Error('It is not wide.');
  return {
    kind: 'summarise',
    workflowId: 'run',
    runId: 'first',
    input,
    planned: { wide: plan.wide, total: keys.length, policy: plan.wide.policy, offline: false },
    closed: 'completed',
    startedAtMs: 0,
    closedAtMs: 1_000,
    waitedForPersonMs: 0,
    result: { status: 'partial', branches: [], criticalPath: [], wide },
    beside: [],
    reports: [],
    approvals: new Map(),
    failure: null,
    total: 2,
    tally: noTally,
    ...part,
  } as unknown as RunView;
}

describe('a run in lanes', () => {
  const judge = branch(7, { costUsd: 0.5, lostUsd: 0.25 });

  it('costs what its branches and the calls beside them do, read whole or one by one', async () => {
    const wide = await told([
      [branch(3), failed(0)],
      [branch(1), branch(0)],
    ]);
    const fanIn = { how: 'select', from: [], missing: [], calls: [judge] };
    const view = viewOf(wide, {
      result: { status: 'partial', branches: [], criticalPath: [], wide, fanIn, output: null, references: [] },
    });
    const whole = await readRun(view, store, null);
    expect(whole).toMatchObject({ status: 'partial', coverage: { ok: 3, total: 5 }, lostUsd: 0.25 });
    expect(whole.costUsd).toBeCloseTo(0.9);
    expect(seen(whole.branches)).toEqual(['0 a ok', '1 b ok', '2 c cancelled', '3 d ok', '4 e cancelled']);

    const each: Branch[] = [];
    const plan = view.planned.wide!;
    const handed = await readWideRun(view, plan, store, null, async (one) => void each.push(one));
    expect(handed).toMatchObject({ status: 'partial', coverage: { ok: 3, total: 5 }, lostUsd: 0.25 });
    expect(handed.costUsd).toBeCloseTo(0.9);
    expect(seen(each)).toEqual(['3 d ok', '1 b ok', '0 a ok', '2 c cancelled', '4 e cancelled']);
    expect(seen(handed.branches)).toEqual(['2 c cancelled', '4 e cancelled']);
    expect(each[0]?.output).toBe('said 3');
  });

  it('that is open tells of those that have ended, and of one that was cut what became of the others', async () => {
    const { batches } = await told([[branch(3)], [failed(0)]]);
    const reports = batches.map((blob) => ({ blob }));
    const open = await readRun(viewOf(await told([]), { closed: null, result: null, reports, total: 5 }), store, null);
    expect(open).toMatchObject({ status: 'running', coverage: { ok: 1, total: 5 } });
    expect(seen(open.branches)).toEqual(['0 a failed', '3 d ok']);
    for (const closed of ['cancelled', 'terminated']) {
      const view = viewOf(await told([]), { closed, result: null, reports });
      const { status, branches } = await readRun(view, store, null);
      expect([status, ...seen(branches)]).toEqual([
        'cancelled',
        '0 a failed',
        '1 b cancelled',
        '2 c cancelled',
        '3 d ok',
        '4 e cancelled',
      ]);
    }
  });

  it('is retried with the outcomes that were ok, in input order and at no cost', async () => {
    const wide = await told([[branch(3), failed(0)], [branch(1)], [branch(2)]]);
    const { input, anew, taken, spentUsd } = await planRetry(viewOf(wide), [], store);
    expect([anew.map(({ key }) => key), taken]).toEqual([['a', 'e'], 3]);
    expect(spentUsd).toBeCloseTo(0.4);
    const [report, ...more] = input.known.reports ?? [];
    expect(more).toEqual([]);
    expect(report).toMatchObject({ indices: [[1, 3]], tally: { ended: 3, costUsd: 0, byStatus: { ok: 3 } } });
    const kept = JSON.parse(await store.readText(report!.blob)) as StoredBranch[];
    expect(kept.map(({ index, output, costUsd }) => [index, output, costUsd])).toEqual([
      [1, { inline: 'said 1' }, 0],
      [2, { inline: 'said 2' }, 0],
      [3, { inline: 'said 3' }, 0],
    ]);
  });
});

it('that is a question of somebody’s own workflow stands there in input order, and for itself where its reports are elsewhere', async () => {
  const [first, last] = [branch(0, { key: 'first' }), branch(2, { key: 'last' })];
  const own = (wide: WideOutcomes) =>
    viewOf(wide, {
      kind: 'somebodysOwn',
      planned: { keys: [], total: 0, offline: false, policy: null },
      places: [first, branch(1, { key: 'lanes' }), last],
      outcomes: new Map([first, branch(1, { key: 'lanes' }), last].map((each) => [each.index, each])),
      result: null,
      ownLanes: new Map([[1, wide]]),
    });
  const wide = await told([
    [branch(3), failed(0)],
    [branch(1), branch(0)],
  ]);
  expect(seen((await readRun(own(wide), store, null)).branches)).toEqual([
    '0 first ok',
    '1 a ok',
    '2 b ok',
    '3 c cancelled',
    '4 d ok',
    '5 e cancelled',
    '6 last ok',
  ]);
  const elsewhere = { ...wide, batches: [{ sha256: 'f'.repeat(64), bytes: 1 }] };
  expect(seen((await readRun(own(elsewhere), store, null)).branches)).toEqual([
    '0 first ok',
    '1 lanes ok',
    '6 last ok',
  ]);
});

describe('what lanes have told a workflow of one’s own', () => {
  const report = { sha256: 'a'.repeat(64), bytes: 1 };
  const other = { sha256: 'b'.repeat(64), bytes: 2 };

  it('counts once, though it is told again after a reset, and each by the number of its lanes (ToldLanes-1)', () => {
    const lanes = new ToldLanes();
    const plan = { chunks: [] };
    lanes.hear({ to: 1, reports: [report] });
    const first = lanes.begin({ plan, tells: { number: 1 } });
    const second = lanes.begin({ plan, tells: { number: 2 } });
    lanes.hear({ to: 1, reports: [report, other] });
    lanes.hear({ to: 2, reports: [other] });
    expect([first?.batches, second?.batches]).toEqual([[report, other], [other]]);
  });

  it('leaves out what is no report', () => {
    const lanes = new ToldLanes();
    const begun = lanes.begin({ plan: { chunks: [] }, tells: { number: 1 } });
    for (const reports of [undefined, 'x', [null], [{ sha256: 'a' }], [{ bytes: 1 }]]) lanes.hear({ to: 1, reports });
    lanes.hear(null);
    expect(begun?.batches).toEqual([]);
    expect([lanes.begin(undefined), lanes.begin({ plan: {} }), lanes.begin({ plan: { chunks: [] } })]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
