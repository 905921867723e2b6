import { taskQueues } from '../../contract/names.js';
import type { TaskQueue } from '../../contract/names.js';
import type { RunningGateway } from '../../gateway/index.js';
import { Limiters, systemClock } from '../../model/limiter/index.js';
import { queueLimitsOf } from '../home/ask-gateway.js';
import type { Say } from '../home/session.js';
import type { World } from '../world.js';
import { limitMemoryIn } from './remembered-limits.js';

export interface LimitAmounts {
  /** Most calls at once. */
  concurrency: number;
  /** Calls at once to begin with; by default what the home remembers. */
  rampFrom: number | undefined;
}

/** The limiters of a gateway, which begin with what its home remembers of the key, and what keeps that memory. */
export async function gatewayLimits(
  home: string,
  { concurrency, rampFrom }: LimitAmounts,
  world: Pick<World, 'env'>,
  say: Say,
): Promise<{
  limiters: Record<'paid' | 'offline', Limiters>;
  /** Writes down from now on what is learnt. Returns what ends it. */
  keep(gateway: Pick<RunningGateway, 'limits'>): () => Promise<void>;
}> {
  const memory = await limitMemoryIn(home, world);
  const { rampFrom: firstCap = concurrency, remembered } = memory.begin(rampFrom);
  const limitersOf = (taskQueue: TaskQueue) =>
    new Limiters({
      ceiling: concurrency,
      firstCap,
      remembered: (modelClass) => remembered?.(taskQueue, modelClass),
      clock: systemClock,
      random: Math.random,
      onChange: ({ modelClass, what, reason, cap }) => {
        if (world.env['FANFOLD_LOG'] === 'info')
          say(`${taskQueue} ${modelClass}: ${what}, ${reason}; at most ${cap} calls at once.`);
      },
    });
  return {
    limiters: { paid: limitersOf(taskQueues.model), offline: limitersOf(taskQueues.offlineModel) },
    keep: (gateway) => memory.keep({ limits: () => queueLimitsOf(gateway.limits()) }),
  };
}
