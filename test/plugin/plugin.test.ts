import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Client } from '@temporalio/client';
import type { ClientOptions } from '@temporalio/client';
import type { Payload, PayloadCodec } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { historyEvents, listRuns, newestRun, readRun, RunView } from '../../src/client/index.js';
import type { ListedRun, RunFilter } from '../../src/client/index.js';
import { RunPayloads } from '../../src/client/run-payloads.js';
import { FanfoldPlugin } from '../../src/plugin/index.js';
import { environmentWith } from '../../src/plugin/plugin-gateway.js';
import type { PluginSettings } from '../../src/plugin/plugin-settings.js';
import { mockAsk } from '../../src/plugin/testing.js';
import { BlobStore } from '../../src/store/blob-store.js';
import { startTemporal } from '../support/temporal.js';
import type { kept } from './kept.workflow.js';

/** A converter of somebody's own: it turns the bytes of every payload round, and counts. */
class Reversing implements PayloadCodec {
  encoded = 0;

  async encode(payloads: Payload[]): Promise<Payload[]> {
    this.encoded += payloads.length;
    return payloads.map(turned);
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map(turned);
  }
}

function turned({ metadata = {}, data, ...rest }: Payload): Payload {
  return { ...rest, metadata, data: Uint8Array.from(data ?? []).reverse() };
}

/** Runs that are listed; the server lists them a moment after they have ended. */
async function listed(client: Client, filter: RunFilter): Promise<ListedRun[]> {
  return vi.waitUntil(
    async () => {
      const runs = await listRuns(client, filter);
      return runs.length > 0 && runs;
    },
    { timeout: 20_000, interval: 200 },
  );
}

describe('the plugin in a worker that has much already', () => {
  const workflowsPath = fileURLToPath(new URL('./kept.workflow.ts', import.meta.url));
  const codec = new Reversing();
  const called: string[] = [];
  const started: string[] = [];
  let environment: TestWorkflowEnvironment;
  let home: string;
  let client: Client;

  beforeAll(async () => {
    environment = await startTemporal();
    home = await mkdtemp(join(tmpdir(), 'fanfold-plugin-'));
  });

  afterAll(async () => {
    await environment.teardown();
    await rm(home, { recursive: true, force: true });
  });

  it('keeps its activities, converter and interceptors, and those of the client, in lanes too', async () => {
    const connection = environment.nativeConnection;
    const plugins = [new FanfoldPlugin({ offline: true, home, env: {} })];
    const dataConverter = { payloadCodecs: [codec] };
    const worker = await Worker.create({
      connection,
      namespace: environment.namespace ?? 'default',
      taskQueue: 'kept',
      workflowsPath,
      dataConverter,
      activities: { countWords: async (text: string) => text.split(' ').length },
      interceptors: {
        activity: [
          ({ info }) => ({
            inbound: {
              execute: (input, next) => {
                called.push(info.activityType);
                return next(input);
              },
            },
          }),
        ],
      },
      plugins,
    });
    client = new Client({
      connection: environment.connection,
      namespace: environment.namespace ?? 'default',
      dataConverter,
      interceptors: {
        workflow: [
          {
            startWithDetails: (input, next) => {
              started.push(input.workflowType);
              return next(input);
            },
          },
        ],
      },
      plugins,
    });
    const ran = await worker.runUntil(async () => {
      for (const type of ['silent', 'loud']) await execute(type, []);
      return execute('kept', ['The supplier owes 100 euros by May.', 60]);
    });
    expect(ran).toEqual({ owed: 'ok', words: 7, ok: 60 });
    expect(called).toEqual(['countWords']);
    expect(started).toEqual(['silent', 'loud', 'kept']);
    expect(codec.encoded).toBeGreaterThan(60);
  });

  function execute(type: string, args: unknown[]): Promise<Awaited<ReturnType<typeof kept>>> {
    return client.workflow.execute(type, { workflowId: type, taskQueue: 'kept', args });
  }

  it.each([
    ['silent', null, []],
    ['loud', 'nothing of fanfold’s', []],
    [
      'kept',
      { owed: 'ok', words: 7, ok: 60 },
      // Named as the fan-outs name them, those in lanes as well.
      ['words ok', 'owed ok', ...Array.from({ length: 60 }, (_, at) => `#${at} ok`)],
    ],
  ])('has `%s` shown with what is its own, and its branches', async (workflowId, output, branches) => {
    const view = new RunView(client, workflowId);
    for await (const event of historyEvents(client, { workflowId }, { wait: false })) await view.apply(event);
    const run = await readRun(view, new BlobStore(home), null);
    expect(run).toMatchObject({ kind: workflowId, status: 'complete', output });
    expect(run.branches.map(({ key, status }) => `${key} ${status}`)).toEqual(branches);
    expect(run.branches.map(({ index }) => index)).toEqual(branches.map((_, at) => at));
  });

  it('runs once beside all workers of a namespace in one process, and in each namespace', async () => {
    const settings: PluginSettings = { offline: true, home, env: {} };
    const [plugin, second] = [new FanfoldPlugin(settings), new FanfoldPlugin(settings)];
    const workerIn = (namespace: string) =>
      ({ options: { namespace }, getState: () => 'STOPPED' }) as unknown as Worker;
    for (const each of [plugin, second]) {
      for (const namespace of ['default', 'nowhere']) {
        await each.configureWorker({ namespace, connection: environment.nativeConnection, taskQueue: 'own' });
      }
    }
    await plugin.runWorker(workerIn('default'), async () => {
      await plugin.runWorker(workerIn('default'), async () => {});
      const twice = second.runWorker(workerIn('default'), async () => {});
      await expect(twice).rejects.toThrow(
        'Expected one FanfoldPlugin for all workers of a process in the namespace default',
      );
      // What runs beside those of another namespace serves nobody here.
      await expect(plugin.runWorker(workerIn('nowhere'), async () => {})).rejects.toThrow(/nowhere|not found/i);
    });
  });

  it('lists them with their values, which can be searched for, and calls what their branches begin by its name', async () => {
    const runs = await listed(client, { everyType: true, kind: 'kept', minBranches: 62, status: 'complete', limit: 5 });
    expect(runs).toMatchObject([{ workflowId: 'kept', status: 'complete', branches: 62, offline: true }]);
    // On a server that others use too, without what is nothing of fanfold's.
    const told = (await listRuns(client, { everyType: 'told', limit: 9 })).map(({ workflowId }) => workflowId);
    expect(['kept', 'loud'].map((each) => told.includes(each))).toEqual([true, false]);
    expect(await newestRun(client, { everyType: 'told' })).toMatchObject({ workflowId: 'kept' });
    const view = new RunView(client, 'kept');
    const summaries: unknown[] = [];
    for await (const event of historyEvents(client, { workflowId: 'kept' }, { wait: false })) {
      await view.apply(event);
      const { summary } = event.userMetadata ?? {};
      if (event.activityTaskScheduledEventAttributes?.activityType?.name === 'countWords')
        summaries.push(...(await new RunPayloads(client, 'kept').values({ payloads: [summary ?? {}] })));
    }
    expect(summaries).toEqual(['words']);
    const { costUsd } = await readRun(view, new BlobStore(home), null);
    expect(costUsd).toBeGreaterThan(0);
    expect(runs[0]?.costUsd).toBeCloseTo(costUsd ?? 0, 10);
  });

  it('is replayed by whoever has the history, with `mockAsk` for a plugin', async () => {
    const history = await client.workflow.getHandle('kept').fetchHistory();
    const replayed = Worker.runReplayHistory(
      { workflowsPath, dataConverter: { payloadCodecs: [codec] }, plugins: [mockAsk(() => 'never asked')] },
      history,
      'kept',
    );
    await expect(replayed).resolves.toBeUndefined();
  });
});

describe('the plugin', () => {
  let home: string;
  let plugin: FanfoldPlugin;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'fanfold-plugin-'));
    plugin = new FanfoldPlugin({ offline: true, home });
  });

  afterAll(() => rm(home, { recursive: true, force: true }));

  it('leaves the options of a worker as they are, versioning among them', async () => {
    const options: WorkerOptions = {
      taskQueue: 'own',
      activities: { own: async () => 1 },
      dataConverter: { payloadCodecs: [new Reversing()] },
      interceptors: { activity: [] },
      workerDeploymentOptions: {
        version: { deploymentName: 'own', buildId: '7' },
        useWorkerVersioning: true,
        defaultVersioningBehavior: 'PINNED',
      },
    };
    expect(await plugin.configureWorker({ ...options })).toEqual({ isolateExecutionTimeout: '30s', ...options });
    const own = { taskQueue: 'own', isolateExecutionTimeout: '7s' };
    expect(await plugin.configureWorker(own)).toEqual(own);
  });

  it('gives workflows of fanfold’s that are bundled with one’s own the interceptors that they need', () => {
    const given = { workflowsPath: 'x', workflowInterceptorModules: ['own'] };
    const { workflowInterceptorModules: [first, ...others] = [] } = plugin.configureBundler(given);
    expect(first).toBe('own');
    expect(others).toEqual([
      expect.stringMatching(/refuse-payloads\.[jt]s$/),
      expect.stringMatching(/list-runs\.[jt]s$/),
      expect.stringMatching(/own-runs\.[jt]s$/),
    ]);
    expect(others.every((path) => existsSync(path))).toBe(true);
  });

  it('keeps a bundler’s own hook, which comes first', () => {
    const { webpackConfigHook } = plugin.configureBundler({
      workflowsPath: 'x',
      webpackConfigHook: (config) => ({ ...config, name: 'own' }),
    });
    const config = webpackConfigHook?.({ module: { rules: [{ test: /own/ }] } });
    expect(config?.name).toBe('own');
    expect(config?.module?.rules).toHaveLength(2);
  });

  it('keeps interceptors of a client in the older form, too', () => {
    const calls = [() => ({})];
    const { interceptors } = plugin.configureClient({ interceptors: { workflow: { calls } } } as ClientOptions);
    expect(interceptors?.workflow).toMatchObject({ calls: [calls[0], expect.any(Function)] });
    const options = { namespace: randomUUID() };
    expect(new FanfoldPlugin().configureClient(options)).toBe(options);
  });

  it('says what is missing where it could ask no model, before the worker is there', async () => {
    await expect(new FanfoldPlugin({ env: {}, home }).configureWorker({ taskQueue: 'own' })).rejects.toThrow(
      'Expected `ANTHROPIC_API_KEY` to be set, or `new FanfoldPlugin({ api })` or `new FanfoldPlugin({ offline: true })`, got none of them.',
    );
    const env = { ANTHROPIC_API_KEY: 'made-up-token-1' };
    await expect(new FanfoldPlugin({ env, home }).configureWorker({ taskQueue: 'own' })).resolves.toBeDefined();
  });

  it('takes the gateway that it is given before that of the environment, and says what cannot be meant', async () => {
    const env = { FANFOLD_GATEWAY: 'http://127.0.0.1:1', ANTHROPIC_API_KEY: 'made-up-token-1' };
    const named = (gateway: 'home' | 'off' | 'unix:/run/gateway.sock') =>
      environmentWith({ gateway }, env).FANFOLD_GATEWAY;
    expect([named('home'), named('off'), named('unix:/run/gateway.sock')]).toEqual([
      undefined,
      'off',
      'unix:/run/gateway.sock',
    ]);
    expect(environmentWith({}, env)).toBe(env);
    const created = (settings: PluginSettings) =>
      new FanfoldPlugin({ env: {}, home, ...settings }).configureWorker({ taskQueue: 'own' });
    // A gateway has a key.
    await expect(created({ gateway: 'http://127.0.0.1:1' })).resolves.toBeDefined();
    await expect(created({ gateway: 'home' })).rejects.toMatchObject({ type: 'NoApiKey' });
    await expect(created({ gateway: 'nowhere' })).rejects.toThrow(
      'Expected `gateway` to be a URL such as `http://127.0.0.1:8235` or `unix:/path/of/gateway.sock`, got "nowhere".',
    );
    const api = { apiKey: 'made-up-token-1', baseURL: 'http://127.0.0.1:1' };
    await expect(created({ gateway: 'home', api })).rejects.toThrow('Expected `gateway` or `api`, got both');
  });
});
