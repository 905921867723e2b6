import { setMaxListeners } from 'node:events';

import { Limiters } from '../../../src/model/limiter/index.js';
import type { Change, LimiterSnapshot } from '../../../src/contract/limiter.js';
import type { Limits } from '@fanfold/offline-model/limits';
import { SimulatedApi } from './simulated-api.js';
import type { SimulatedCall } from './simulated-api.js';
import { seeded, VirtualClock } from './virtual-clock.js';

export interface Scenario {
  limits: Limits;
  call: (random: () => number) => SimulatedCall;
  /** Worker processes, each with a limiter of its own. */
  workers: number;
  /** Each worker's. */
  ceiling?: number;
  /** How long there is work, in milliseconds. */
  durationMs: number;
  /** What is before it is not looked at, in milliseconds. */
  rampMs: number;
  /** When each worker begins, in milliseconds. Default: at once. */
  startMs?: (worker: number) => number;
  staleHeaders?: boolean;
  seed?: number;
}

export interface Observed {
  /** Answers a second after the ramp. */
  perSecond: number;
  /** Calls answered 429, of all. */
  refusedShare: number;
  /** Answers after the ramp, by worker. */
  byWorker: number[];
  snapshots: LimiterSnapshot[];
  changes: Change[];
}

/** Milliseconds that Temporal takes to hand a task over, and to take its result. */
const handOverMs = 8;

/** Workers with all the work they could want, in virtual time: slots, task queue, limiter and API. Who is refused is one of many who wait. */
export async function simulate(scenario: Scenario): Promise<Observed> {
  const clock = new VirtualClock();
  const random = seeded(scenario.seed ?? 1);
  const api = new SimulatedApi(clock, scenario.limits, scenario.staleHeaders);
  const beganAt = clock.now();
  const byWorker = Array.from({ length: scenario.workers }, () => 0);
  const changes: Change[] = [];
  const pools = byWorker.map(
    () =>
      new Limiters({
        ceiling: scenario.ceiling ?? 200,
        clock,
        random,
        onChange: (change) => void changes.push(change),
      }),
  );
  // Nobody gives up; one for all, for each takes as long to make as a call.
  const never = new AbortController().signal;
  setMaxListeners(0, never);
  const isOver = () => clock.now() >= beganAt + scenario.durationMs;

  const work = async (limiters: Limiters, worker: number) => {
    const slot = await limiters.slots.acquire(never);
    const next = isOver() ? undefined : work(limiters, worker);
    await clock.sleep(handOverMs);
    const call = scenario.call(random);
    const outcome = await limiters.of('claude-sonnet-5-5').run({ inputTokens: call.inputTokens }, async (permit) => {
      const ended = await api.call(call);
      permit.end(ended);
      return ended;
    });
    if (outcome.is === 'answered' && clock.now() - beganAt > scenario.rampMs && !isOver()) byWorker[worker]! += 1;
    await clock.sleep(handOverMs);
    slot.release();
    await next;
  };
  await clock.until(
    Promise.all(
      pools.map(async (limiters, worker) => {
        await clock.sleep(scenario.startMs?.(worker) ?? 0);
        await work(limiters, worker);
      }),
    ),
  );
  const answers = byWorker.reduce((sum, count) => sum + count, 0);
  return {
    perSecond: (answers * 1_000) / (scenario.durationMs - scenario.rampMs),
    refusedShare: api.refused / (api.refused + api.answered),
    byWorker,
    snapshots: pools.flatMap((limiters) => limiters.snapshot()),
    changes,
  };
}
