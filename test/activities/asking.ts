import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { onTestFinished } from 'vitest';

import { createActivities } from '../../activities/index.js';
import type { ActivitiesSettings } from '../../activities/index.js';
import type { CpuPool as Pool } from '../../src/cpu/index.js';
import type { Answer, Ledger, ModelCall } from '../../src/contract/model-call.js';
import type { ModelRequest } from '../../src/contract/model-request.js';
import { startOfflineModel } from '@fanfold/offline-model';
import type { OfflineModel, OfflineModelOptions } from '@fanfold/offline-model';
import { BlobStore } from '../../src/store/blob-store.js';
import { root } from '../support/fanfold.js';

// Its threads run what was built.
export const { CpuPool } = (await import(join(root, 'dist/src/cpu/index.js'))) as { CpuPool: typeof Pool };

export const key = 'sk-ant-canary-0123456789';

/** One activity attempt, as the worker would run it. */
export interface Asking {
  answer: Promise<Answer>;
  heartbeats: Ledger[];
  cancel: (reason?: 'CANCELLED' | 'WORKER_SHUTDOWN') => void;
}

export type CallPart = Partial<Omit<ModelCall, 'request'>> & { request?: Partial<ModelRequest> };

export interface Desk {
  model: OfflineModel;
  store: BlobStore;
  ask: (call?: CallPart, info?: { attempt?: number; heartbeatDetails?: unknown }) => Asking;
}

/** The real activities, with a key, in front of an offline model that answers at once. */
export async function openDesk(
  options: OfflineModelOptions = {},
  settings: Partial<ActivitiesSettings> = {},
): Promise<Desk> {
  const model = await startOfflineModel({ latencyMs: 0, ...options });
  const home = await mkdtemp(join(tmpdir(), 'fanfold-activities-'));
  onTestFinished(async () => {
    await model.stop();
    await rm(home, { recursive: true });
  });
  const store = new BlobStore(home);
  const api = { apiKey: key, baseURL: model.url };
  const activities = createActivities({ store, api, offlineModelUrl: async () => model.url, ...settings });
  const ask: Desk['ask'] = (part, info = {}) => {
    const environment = new MockActivityEnvironment({ attempt: 1, ...info }, { logger: new DefaultLogger('ERROR') });
    const heartbeats: Ledger[] = [];
    environment.on('heartbeat', (ledger: Ledger) => heartbeats.push(ledger));
    const answer = environment.run(activities.askModel, callOf(part)) as Promise<Answer>;
    return { answer, heartbeats, cancel: (reason = 'CANCELLED') => environment.cancel(reason) };
  };
  return { model, store, ask };
}

function callOf({ request, ...call }: CallPart = {}): ModelCall {
  return {
    key: 'legal',
    index: 0,
    offline: false,
    timeoutMs: 30_000,
    attempts: 3,
    inlineBytes: 100_000,
    queuedAtMs: Date.now(),
    request: { model: 'claude-sonnet-5-5', maxTokens: 1_000, system: 'Be brief.', prompt: 'What is owed?', ...request },
    ...call,
  };
}

/** The failure that an attempt ends with. */
export async function failureOf({ answer }: Pick<Asking, 'answer'>): Promise<ApplicationFailure> {
  const failure: unknown = await answer.then(
    ({ status }) => new Error(`Expected a failure, got an answer that is ${status}.`),
    (error: unknown) => error,
  );
  if (!(failure instanceof ApplicationFailure)) throw failure;
  return failure;
}

export function ledgerOf(failure: { details?: unknown[] | undefined | null }): Ledger {
  return failure.details?.[0] as Ledger;
}

export async function outputOf({ answer }: Asking): Promise<unknown> {
  const { output } = await answer;
  if (output === undefined || !('inline' in output)) throw new Error('Expected an output inside the answer.');
  return output.inline;
}
