import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';

import { Context } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { dataConverter } from '../../src/payloads/index.js';
import { root } from '../support/fanfold.js';
import { startTemporal } from '../support/temporal.js';
import type { echo, EchoInput } from './echo.workflow.js';

const key = randomBytes(32).toString('base64');
/** Of each test, so that none is served by another's worker. */
let taskQueue: string;
const workflowsPath = fileURLToPath(new URL('./echo.workflow.ts', import.meta.url));

let environment: TestWorkflowEnvironment;
let bundle: { code: string };
const asked: string[] = [];
let gate: Promise<void> = Promise.resolve();

const activities = {
  /** Dies once after a heartbeat, and goes on from what it said then. */
  repeat: async (text: string): Promise<string> => {
    asked.push(text);
    const { info } = Context.current();
    Context.current().heartbeat(`${text} so far`);
    await gate;
    if (info.attempt === 1 && text.includes('twice')) throw new Error(`once for ${text}`);
    return `${text}: ${String(info.heartbeatDetails)}`;
  },
};

beforeAll(async () => {
  environment = await startTemporal();
  // As fanfold's own bundle is made.
  bundle = await bundleWorkflowCode({
    workflowsPath,
    payloadConverterPath: join(root, 'dist/workflows/payload-converter.js'),
    failureConverterPath: join(root, 'dist/workflows/failure-converter.js'),
    workflowInterceptorModules: [join(root, 'dist/workflows/refuse-payloads.js')],
  });
});

afterAll(() => environment.teardown());

beforeEach(() => {
  taskQueue = randomUUID();
  gate = Promise.resolve();
});

/** Bundles as `Worker.create` makes them of a path, once for each kind of converter and not for each worker. */
const bundles = new Map<string, ReturnType<typeof bundleWorkflowCode>>();

function bundleFor({
  payloadConverterPath,
  failureConverterPath,
}: DataConverter): ReturnType<typeof bundleWorkflowCode> {
  const kind = `${payloadConverterPath} ${failureConverterPath}`;
  const paths = {
    ...(payloadConverterPath && { payloadConverterPath }),
    ...(failureConverterPath && { failureConverterPath }),
  };
  const made = bundles.get(kind) ?? bundleWorkflowCode({ workflowsPath, ...paths });
  bundles.set(kind, made);
  return made;
}

function clientWith(converter: DataConverter): Client {
  const { connection, namespace = 'default' } = environment;
  return new Client({ connection, namespace, dataConverter: converter });
}

/** Reads with the key, and writes without. */
function blind({ payloadCodecs: [codec] = [] }: DataConverter): PayloadCodec {
  return { encode: async (payloads) => payloads, decode: (payloads, context) => codec!.decode(payloads, context) };
}

/** Sends these payloads, whatever it is given. */
function sending(payload: Payload): Client {
  return clientWith({
    payloadCodecs: [{ encode: async (payloads) => payloads.map(() => payload), decode: async (payloads) => payloads }],
  });
}

async function withWorker(
  converter: DataConverter,
  own: boolean,
  during: () => Promise<void>,
  { maxCachedWorkflows = 10, bundles: byWorker = false } = {},
): Promise<void> {
  const code = byWorker ? { workflowsPath } : { workflowBundle: await (own ? bundle : bundleFor(converter)) };
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    namespace: environment.namespace ?? 'default',
    taskQueue,
    dataConverter: converter,
    ...code,
    activities,
    maxCachedWorkflows,
    stickyQueueScheduleToStartTimeout: '1s',
  });
  await worker.runUntil(during);
}

function start(
  client: Client,
  input: EchoInput,
  workflowId: string = randomUUID(),
): Promise<WorkflowHandle<typeof echo>> {
  return client.workflow.start<typeof echo>('echo', {
    workflowId,
    taskQueue,
    args: [input],
    memo: { note: `of ${input.say}` },
    staticSummary: 'a summary',
  });
}

/** Failures inside one another, by type or message. */
async function failureOf(promise: Promise<unknown>): Promise<string[]> {
  const chain: string[] = [];
  let error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown as Error & { type?: string },
  );
  for (; error !== undefined; error = error.cause as typeof error) chain.push(error.type ?? error.name);
  return chain;
}

async function eventsOf(client: Client, workflowId: string) {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return events ?? [];
}

const plain = clientOf(() => clientWith({}));
const keyed = clientOf(() => clientWith(dataConverter(key)));

function clientOf(make: () => Client): () => Client {
  let client: Client | undefined;
  return () => (client ??= make());
}

/** Holds the activities until the test lets them go, or has ended. */
function hold(): () => void {
  let release = () => {};
  gate = new Promise((resolve) => (release = resolve));
  // For a test that fails before it releases: below the minute that the activity has.
  const timer = setTimeout(release, 50_000);
  return () => {
    clearTimeout(timer);
    release();
  };
}

describe.each([
  ['fanfold’s own bundle', true],
  ['a bundle of one’s own', false],
])('with a key, %s', (_, own) => {
  it.each([
    ['cached', 10],
    ['always replaying', 0],
  ])('everything that the SDK hands over is bound to its run, and read there: %s', async (_mode, maxCached) => {
    const [workflowId, childId] = [randomUUID(), randomUUID()];
    const say = `say twice ${workflowId}`;
    await withWorker(
      dataConverter(key),
      own,
      async () => {
        const handle = await start(keyed(), { say, childId, again: true }, workflowId);
        await vi.waitFor(async () => expect(await handle.query('heardSoFar', 'now')).toHaveLength(3), 30_000);
        await handle.signal('hear', 'a signal');
        expect(await handle.executeUpdate('tell', { args: ['an update'] })).toBe(4);
        await handle.signal('end');
        const said = `${say} again: ${say} again so far`;
        expect(await handle.result()).toEqual([said, `“${said}”`, 'a signal', 'an update', `of ${say}`]);
        expect((await handle.describe()).memo).toEqual({ note: `of ${say}` });
      },
      // One worker makes its bundle itself, as most people's do.
      { maxCachedWorkflows: maxCached, bundles: !own && maxCached > 0 },
    );
    const { firstExecutionRunId } = await keyed()
      .workflow.getHandle(workflowId)
      .describe()
      .then(({ raw }) => ({
        firstExecutionRunId: raw.workflowExecutionInfo!.firstRunId!,
      }));
    const first = await keyed().workflow.getHandle(workflowId, firstExecutionRunId).fetchHistory();
    const history = JSON.stringify([
      first.events,
      await eventsOf(keyed(), workflowId),
      await eventsOf(keyed(), childId),
    ]);
    const marks = (name: string) => history.split(`"${name}"`).length - 1;
    expect(marks('encryption-key-id')).toBeGreaterThan(12);
    expect(marks('encryption-bound-to')).toBe(marks('encryption-key-id'));
  });

  it('a run that somebody starts in plain fails at once, and says why', async () => {
    await withWorker(dataConverter(key), own, async () => {
      const handle = await start(plain(), { say: 'plain' });
      // A workflow of one's own has encrypted its failure.
      const result = () => keyed().workflow.getHandle(handle.workflowId).result();
      expect(await failureOf(result())).toEqual(['WorkflowFailedError', 'PlainPayload']);
      const error = (await result().catch((thrown: unknown) => thrown)) as Error;
      expect((error.cause as Error).message).toMatch(/is not encrypted.*--accept-plain/);
    });
    expect(asked).not.toContain('plain');
  });

  it('a payload that is only compressed is refused before it is inflated', async () => {
    await withWorker(dataConverter(key), own, async () => {
      const data = deflateSync(Buffer.alloc(2_048));
      const handle = await start(sending({ metadata: { encoding: Buffer.from('binary/zlib') }, data }), { say: '' });
      expect(await failureOf(keyed().workflow.getHandle(handle.workflowId).result())).toContain('PlainPayload');
    });
  });

  it('what was encrypted for one run starts no other', async () => {
    await withWorker(dataConverter(key), own, async () => {
      const handle = await start(keyed(), { say: 'moved' });
      const [started] = await eventsOf(keyed(), handle.workflowId);
      await handle.signal('end');
      await handle.result();
      const [payload] = started!.workflowExecutionStartedEventAttributes!.input!.payloads!;
      const times = asked.filter((text) => text === 'moved').length;
      const moved = await start(sending(payload!), { say: '' });
      expect(await failureOf(keyed().workflow.getHandle(moved.workflowId).result())).toContain('MisplacedPayload');
      expect(asked.filter((text) => text === 'moved')).toHaveLength(times);
    });
  });

  it('a plain update, query or answer of an activity is refused, and the last fails that activity', async () => {
    const release = hold();
    await withWorker(dataConverter(key), own, async () => {
      const handle = await start(keyed(), { say: `forged ${own}` });
      await vi.waitFor(() => expect(asked).toContain(`forged ${own}`), 30_000);
      const foreign = plain().workflow.getHandle(handle.workflowId);
      if (own) await expect(foreign.query('heardSoFar', 'plain')).rejects.toThrow(/is not encrypted/);
      const update = clientWith({ payloadCodecs: [blind(dataConverter(key))] }).workflow.getHandle(handle.workflowId);
      expect(await failureOf(update.executeUpdate('tell', { args: ['plain'] }))).toContain('PlainPayload');
      const data = Buffer.from('"forged"');
      await environment.connection.workflowService.respondActivityTaskCompletedById({
        namespace: environment.namespace ?? 'default',
        workflowId: handle.workflowId,
        activityId: '1',
        result: { payloads: [{ metadata: { encoding: Buffer.from('json/plain') }, data }] },
      });
      expect(await failureOf(handle.result())).toEqual(['WorkflowFailedError', 'ActivityFailure', 'PlainPayload']);
      release();
    });
  });

  it('a run that began before there was a key waits for a worker that accepts plain payloads', async () => {
    const release = hold();
    let handle: WorkflowHandle<typeof echo>;
    await withWorker(dataConverter(), own, async () => {
      handle = await start(plain(), { say: `older ${own}` });
      await vi.waitFor(() => expect(asked).toContain(`older ${own}`), 30_000);
      release();
    });
    await plain().workflow.getHandle(handle!.workflowId).signal('hear', 'in plain');
    await withWorker(dataConverter(key), own, async () => {
      await vi.waitFor(async () => {
        const events = await eventsOf(plain(), handle.workflowId);
        const failed = events.filter((event) => event.workflowTaskFailedEventAttributes).at(-1);
        const { applicationFailureInfo, message } = failed!.workflowTaskFailedEventAttributes!.failure!;
        if (own) expect(applicationFailureInfo!.type).toBe('PlainPayload');
        // A workflow of one's own encrypts what it says.
        expect(message).toMatch(own ? /--accept-plain.* It is of the run / : /Encoded failure/);
      }, 30_000);
    });
    expect((await handle!.describe()).status.name).toBe('RUNNING');
    await withWorker(dataConverter(key, { acceptPlain: true }), own, async () => {
      await keyed().workflow.getHandle(handle.workflowId).signal('end');
      const accepting = clientWith(dataConverter(key, { acceptPlain: true }));
      const result = await accepting.workflow.getHandle<typeof echo>(handle.workflowId).result();
      expect(result).toContain('in plain');
    });
  });
});

it('drops a plain signal, and the run goes on', async () => {
  await withWorker(dataConverter(key), true, async () => {
    const handle = await start(keyed(), { say: 'steady' });
    await plain().workflow.getHandle(handle.workflowId).signal('hear', 'plain');
    await handle.signal('hear', 'sealed');
    await handle.signal('end');
    expect(await handle.result()).toSatisfy((heard: string[]) => heard.includes('sealed') && !heard.includes('plain'));
  });
});
