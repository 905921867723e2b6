import { afterAll, beforeAll, expect, it } from 'vitest';

import { connectClient } from '../../src/client/index.js';
import type { Deployment } from '../../src/client/index.js';
import type { Run } from '../../src/contract/run.js';
import { callsByPerspective, Desk } from '../support/fanfold.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open();
  // A server that outlives the workers, as a cluster does.
  await desk.start(['dev'], { env: versioned('idle') }).said(/ serves /);
});

afterAll(() => desk.close());

function versioned(build: string): NodeJS.ProcessEnv {
  return { FANFOLD_DEPLOYMENT: 'fanfold', FANFOLD_BUILD_ID: build };
}

async function current(): Promise<string | null> {
  return (await desk.json<Deployment>(['deployment'])).current;
}

it('finishes with a new build what an old one began, and asks nothing twice', async () => {
  // A build is waited for whose worker is starting: it may be the current one by the time that the worker says what it is.
  const promoted = desk.fanfold(['deployment', '--promote', 'old']);
  const before = desk.start(['worker'], { env: versioned('old') });
  await before.said(/build old of the deployment fanfold \(auto-upgrade\)(; current is none|, its current one)/);
  expect((await promoted).code).toBe(0);
  expect(await current()).toBe('old');
  const gate = desk.model.hold();
  const words = ['perspectives', '-', '--perspectives', 'one,two,three', '--concurrency', '1', '--id', 'rolled'];
  const running = desk.start([...words, '--json'], { stdin: 'A document.' });
  await desk.model.until(() => gate.waiting.length === 1);

  const after = desk.start(['worker'], { env: versioned('new') });
  await after.said(/build new of the deployment fanfold \(auto-upgrade\); current is old/);
  expect(await desk.fanfold(['deployment', '--promote', 'new'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/→ new +current/),
  });
  // The old one is told to end while a call of its is in flight: it waits for the answer, and begins nothing more.
  before.process.kill('SIGTERM');
  gate.release();
  const run = JSON.parse((await running.ended).stdout) as Run;
  expect((await before.ended).code).toBe(0);
  expect(run).toMatchObject({ status: 'complete', coverage: { ok: 3, total: 3 } });
  expect([...callsByPerspective(desk).values()]).toEqual([1, 1, 1]);
  const { builds } = await desk.json<Deployment>(['deployment']);
  expect(builds.map(({ build }) => build).toSorted()).toEqual(['idle', 'new', 'old']);
});

it('gives new runs to the current build only', async () => {
  const idle = (await desk.fanfold(['deployment'])).stdout;
  expect(idle).toMatch(/→ new/);
  const run = await desk.json(['perspectives', '-', '--perspectives', 'four', '--id', 'after'], { stdin: 'Text.' });
  expect(run.status).toBe('complete');
  const address = await desk.serverAddress();
  const client = await connectClient({ connectionOptions: { address }, namespace: desk.namespace ?? 'default' });
  const { raw } = await client.workflow.getHandle('after').describe();
  expect(raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId).toBe('new');
  await client.connection.close();
});

it('is the package’s version and its workflows where no build is named, and says what cannot be', async () => {
  const worker = desk.start(['worker'], { env: { FANFOLD_DEPLOYMENT: 'fanfold' } });
  await worker.said(/build \d+\.\d+\.\d+-[0-9a-f]{8} of the deployment fanfold/);
  await worker.kill('SIGTERM');
  const [promoted, unknown, refused] = await Promise.all([
    desk.fanfold(['deployment', '--promote', 'never-seen']),
    desk.fanfold(['deployment', 'elsewhere']),
    desk.fanfold(['worker'], { env: { ...versioned('x'), FANFOLD_VERSIONING: 'never' } }),
  ]);
  expect([promoted.code, promoted.stderr]).toEqual([
    2,
    expect.stringContaining('Build `never-seen` cannot be made current'),
  ]);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('FANFOLD_DEPLOYMENT=elsewhere')]);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('`FANFOLD_VERSIONING` to be one of')]);
});
