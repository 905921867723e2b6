import type { Client } from '@temporalio/client';

import type { LatencySample } from '../fold/slow.js';
import type { BlobStore } from '../store/blob-store.js';
import { historyEvents } from './history.js';
import { listRuns } from './list-runs.js';
import type { RunFilter } from './list-runs.js';
import { readBranches } from './read-run.js';
import { RunView } from './run-view.js';

/**
 * The branches of past runs, read from their histories.
 *
 * @returns also how many runs there were, and which could not be read because what they stored is elsewhere
 */
export async function latencySamples(
  client: Client,
  store: BlobStore,
  filter: RunFilter,
): Promise<{ samples: LatencySample[]; runs: number; unread: string[] }> {
  const listed = await listRuns(client, filter);
  const ended = listed.filter(({ closedAt }) => closedAt !== null);
  const samples: LatencySample[] = [];
  const unread: string[] = [];
  for (const { workflowId, runId, kind } of ended) {
    try {
      const view = new RunView(client, workflowId);
      for await (const event of historyEvents(client, { workflowId, runId }, { wait: false })) await view.apply(event);
      for (const branch of await readBranches(view, store)) samples.push({ workflowId, kind, branch });
    } catch {
      unread.push(workflowId);
    }
  }
  return { samples, runs: ended.length, unread };
}
