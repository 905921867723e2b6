import { setTimeout as sleep } from 'node:timers/promises';

import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { historyEvents, RunView } from '../../src/client/index.js';
import { taskQueues } from '../../src/contract/names.js';
import { planPerspectives } from '../../src/plan/perspectives-plan.js';
import { openJournal, questionKey } from '../../src/journal/index.js';
import { buildRequest } from '../../src/model/index.js';
import { callsByPerspective, Desk, manyPerspectives, perspectiveOf } from '../support/fanfold.js';
import { ownTemporal } from '../support/temporal.js';

/** A hundred were made with FANFOLD_TEST_KILLS=100. */
const kills = Number(process.env['FANFOLD_TEST_KILLS'] ?? 6);

const document = { inline: 'A document that many look at.' };

/** New questions for every round: where all is answered there is nothing to be killed over. */
function perspectivesOf(round: number): string[] {
  return manyPerspectives(40).map((name) => `r${round}-${name}`);
}

let desk: Desk;
let server: TestWorkflowEnvironment;

beforeAll(async () => {
  server = await ownTemporal();
  desk = await Desk.open({ latencyMs: () => 50 + Math.random() * 400 });
});

afterAll(async () => {
  await desk.close();
  await server.teardown();
});

/** Of a question that is asked for a perspective: the journal's key. */
function keys(perspectives: readonly string[]): Map<string, string> {
  const { branches } = planPerspectives({ document, perspectives, concurrency: 8 });
  return new Map(
    branches.map(({ key, request }) => [
      key,
      questionKey({ source: desk.model.url, body: buildRequest(request, document.inline) }),
    ]),
  );
}

async function inJournal(perspectives: readonly string[]): Promise<Set<string>> {
  const journal = await openJournal({ home: desk.home });
  try {
    const found = await Promise.all(
      [...keys(perspectives)].map(async ([name, key]) => ((await journal.get(key)) ? [name] : [])),
    );
    return new Set(found.flat());
  } finally {
    await journal.close();
  }
}

async function finishedBranches(workflowId: string): Promise<string[]> {
  const view = new RunView(server.client, workflowId);
  for await (const event of historyEvents(server.client, { workflowId }, { wait: false })) await view.apply(event);
  return [...view.outcomes.values()].filter(({ status }) => status === 'ok').map(({ key }) => key);
}

function answeredBetween(fromMs: number, toMs: number): string[] {
  const answered = desk.model.calls.filter(
    (call) => call.answered && call.arrivedAt >= fromMs && call.finishedAt! < toMs,
  );
  return answered.map(perspectiveOf);
}

function start(workflowId: string, perspectives: readonly string[]) {
  return server.client.workflow.start('perspectives', {
    workflowId,
    taskQueue: taskQueues.workflow,
    args: [{ document, perspectives, concurrency: 8 }],
  });
}

it(`never asks again what had been answered, though the worker is killed ${kills} times during fan-outs`, async () => {
  const env = { TEMPORAL_ADDRESS: server.address };
  const keptCalls = new Map<string, number>();
  const expectNoneAskedAgain = () => {
    const counts = callsByPerspective(desk);
    for (const [name, calls] of keptCalls) expect(counts.get(name), name).toBe(calls);
  };
  let round = 1;
  for (let kill = 1; kill <= kills; kill += 1) {
    const worker = desk.start(['worker', '--concurrency', '8'], { env });
    await worker.said(/serves fanfold/);
    const startedAtMs = Date.now();
    const handle = await start(`killed-${kill}`, perspectivesOf(round));
    await desk.model.until(({ open }) => open > 0);
    await sleep(Math.random() * 1_200);
    const killedAtMs = Date.now();
    await worker.kill('SIGKILL');
    await desk.model.idle();
    const finished = await finishedBranches(`killed-${kill}`);
    // It may have ended before the kill.
    await handle.terminate().catch(() => {});

    expectNoneAskedAgain();
    const kept = await inJournal(perspectivesOf(round));
    // Nothing is reported that is not kept, and what came a second before the kill is kept.
    for (const name of finished) expect(kept).toContain(name);
    for (const name of answeredBetween(startedAtMs, killedAtMs - 1_000)) expect(kept).toContain(name);
    const counts = callsByPerspective(desk);
    for (const name of kept) keptCalls.set(name, counts.get(name)!);
    if (kept.size > 30) round += 1;
  }
  // The kills struck calls in flight.
  expect(desk.model.calls.some(({ aborted }) => aborted)).toBe(true);

  const worker = desk.start(['worker'], { env });
  await worker.said(/serves fanfold/);
  const handle = await start('whole', perspectivesOf(round));
  expect(await handle.result()).toMatchObject({ status: 'complete' });
  expectNoneAskedAgain();
}, 1_200_000);
