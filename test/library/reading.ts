import { randomUUID } from 'node:crypto';

import type { Client } from '@temporalio/client';
import { expect, vi } from 'vitest';

import { historyEvents, readRun, RunView } from '../../src/client/index.js';
import type { Run } from '../../src/contract/run.js';
import type { BlobStore } from '../../src/store/blob-store.js';
import { patienceMs } from '../support/patience.js';

export async function listOf<Each>(all: AsyncIterable<Each>): Promise<Each[]> {
  const list: Each[] = [];
  for await (const each of all) list.push(each);
  return list;
}

/** The exported names that are workflows. */
export type NameOf<Workflows> = {
  [Each in keyof Workflows]: Workflows[Each] extends (...args: never[]) => Promise<unknown> ? Each : never;
}[keyof Workflows];

/** The run of a workflow that is cancelled once several questions are asked. */
export async function cutRun(
  client: Client,
  { type, taskQueue, args, store }: { type: string; taskQueue: string; args: unknown[]; store: unknown },
  asked: unknown[],
): Promise<Run> {
  asked.length = 0;
  const handle = await client.workflow.start(type, { workflowId: `${type}-${randomUUID()}`, taskQueue, args });
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(1), patienceMs);
  await handle.cancel();
  await handle.result().catch(() => {});
  return runNow(client, handle, store);
}

/** A run as it stands. */
export async function runNow(client: Client, handle: { workflowId: string }, store: unknown): Promise<Run> {
  const { workflowId } = handle;
  const view = new RunView(client, workflowId);
  for await (const event of historyEvents(client, { workflowId }, { wait: false })) await view.apply(event);
  return readRun(view, store as BlobStore, null);
}
