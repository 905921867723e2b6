import { createHmac } from 'node:crypto';

import { gatewayIn } from '../../contract/gateway.js';
import { defaultRampFrom } from '../../contract/limits.js';
import { taskQueues } from '../../contract/names.js';
import type { TaskQueue } from '../../contract/names.js';
import type { QueueLimits } from '../../contract/limiter.js';
import type { WorkerSettings } from '../../worker/index.js';
// A gateway loads them, and nothing of Temporal.
import { readJson, writeJson } from '../../server/json-file.js';
import { ownerSecret } from '../../server/owner-secret.js';
import { homePaths } from '../../server/paths.js';
import { providerIn } from '../../contract/providers.js';
import { providerApi } from '../../model/providers/api-of.js';
import type { ModelApi } from '../../model/providers/provider.js';
import { modelApiOf } from '../home/api-key.js';
import type { Session } from '../home/session.js';
import type { World } from '../world.js';

/** How often a worker writes down what it has found out, in milliseconds: one that is killed is followed by one that knows it. */
const writeEveryMs = 1_000;

/** What was found out is believed whole for so long, and by half for so long, in milliseconds: an hour, a day. */
const freshForMs = 3_600_000;
const usefulForMs = 86_400_000;

/** Kinds of keys and model classes that are remembered; the oldest go. */
const mostRemembered = 100;

/** What workers of a home have found out: how many calls at once a key's model class has taken. */
interface Remembered {
  /** Calls at once of all workers of the home. */
  calls: number;
  /** Milliseconds since the epoch. */
  atMs: number;
}

export interface LimitMemory {
  /** What the workers are to begin with: what is given, or else what is remembered. */
  begin(rampFrom: number | undefined): Pick<WorkerSettings, 'rampFrom' | 'remembered'>;
  /** Writes down from now on what the workers find out. Returns what ends it, and writes it a last time. */
  keep(workers: { limits(): QueueLimits[] }): () => Promise<void>;
}

/**
 * The memory of a home, for the key and the API of this process. A key is remembered by a digest, made with the user's secret.
 */
export async function limitMemory({ home, membership }: Session, world: Pick<World, 'env'>): Promise<LimitMemory> {
  // Workers of a home share what is remembered.
  const sharing = (await membership.live()).filter(({ role }) => role !== 'command').length;
  return limitMemoryIn(home, world, sharing);
}

/** The same, for so many processes that share what is remembered. */
export async function limitMemoryIn(home: string, world: Pick<World, 'env'>, sharing = 1): Promise<LimitMemory> {
  const path = homePaths(home).limits;
  const secret = await ownerSecret(world.env);
  const api = modelApiOf(world);
  const nameOf = (taskQueue: TaskQueue, modelClass: string): string => {
    const target = taskQueue === taskQueues.model ? targetOf(modelClass, api, world.env) : ['offline'];
    return createHmac('sha256', secret)
      .update(JSON.stringify(['limits', ...target, modelClass]))
      .digest('hex');
  };
  const before = await read(path);
  const found = new Map<string, Remembered>();
  const write = async (): Promise<void> => {
    const all = Object.entries({ ...(await read(path)), ...Object.fromEntries(found) });
    const newest = all.toSorted(([, left], [, right]) => right.atMs - left.atMs).slice(0, mostRemembered);
    await writeJson(path, Object.fromEntries(newest));
  };
  const remembered = (taskQueue: TaskQueue, modelClass: string): number | undefined => {
    const { calls, atMs } = before[nameOf(taskQueue, modelClass)] ?? { calls: 0, atMs: 0 };
    const ageMs = Date.now() - atMs;
    const believed = ageMs < freshForMs ? 1 : 0.5;
    return ageMs > usefulForMs || ageMs < 0 ? undefined : Math.max(1, Math.floor((calls * believed) / sharing));
  };
  return {
    begin: (rampFrom) =>
      rampFrom === undefined ? { rampFrom: Math.ceil(defaultRampFrom / sharing), remembered } : { rampFrom },
    keep: (workers) => {
      const look = (): boolean => {
        const news = workers
          .limits()
          .flatMap(({ taskQueue, limiters }) =>
            limiters
              .filter(({ sent }) => sent > 0)
              .map(({ modelClass, learned }) => ({ name: nameOf(taskQueue, modelClass), calls: learned * sharing })),
          )
          .filter(({ name, calls }) => found.get(name)?.calls !== calls);
        for (const { name, calls } of news) found.set(name, { calls, atMs: Date.now() });
        return news.length > 0;
      };
      const timer = setInterval(() => {
        if (look()) write().catch(() => {});
      }, writeEveryMs);
      return async () => {
        clearInterval(timer);
        if (look()) await write().catch(() => {});
      };
    },
  };
}

/** Whose limits they are: those of a model class of another provider are its own. */
function targetOf(modelClass: string, given: ModelApi | undefined, env: NodeJS.ProcessEnv): (string | undefined)[] {
  const provider = providerIn(modelClass) ?? 'anthropic';
  const isGiven = gatewayIn(env) !== undefined || (given?.provider ?? 'anthropic') === provider;
  const api = isGiven ? given : providerApi(provider, env);
  return [api?.baseURL, api?.apiKey];
}

async function read(path: string): Promise<Record<string, Remembered>> {
  const found = (await readJson(path).catch(() => undefined)) ?? {};
  if (typeof found !== 'object') return {};
  return Object.fromEntries(Object.entries(found).filter(([, value]) => isRemembered(value)));
}

function isRemembered(value: unknown): value is Remembered {
  const { calls, atMs } = (value ?? {}) as Partial<Record<keyof Remembered, unknown>>;
  return Number.isInteger(calls) && (calls as number) > 0 && typeof atMs === 'number';
}
