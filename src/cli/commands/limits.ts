import { setTimeout as sleep } from 'node:timers/promises';

import type { Command } from 'commander';

import { backlogOf } from '../../client/index.js';
import type { Backlog } from '../../client/index.js';
import { formatDuration } from '../../contract/duration.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import type { BucketSnapshot, LimiterSnapshot, QueueLimits } from '../../contract/limiter.js';
import { taskQueues } from '../../contract/names.js';
import { gateText } from '../show/gate-text.js';
import { interruptible } from '../run/interrupt.js';
import { isDrawable, pictureOn } from '../show/picture.js';
import { isWorkerGone } from '../../server/index.js';
import { gatewayLimits } from '../home/ask-gateway.js';
import { openSession, sayer } from '../home/session.js';
import type { Session } from '../home/session.js';
import { json as asJson, lines } from '../show/terminal-text.js';
import type { TerminalText } from '../show/terminal-text.js';
import type { World } from '../world.js';

interface LimitsFlags {
  watch?: boolean;
  json?: boolean;
}

/** What `limits --json` prints. */
interface Limits {
  /** The backlog in Temporal, for all workers. */
  taskQueues: Backlog[];
  /** The limiters of each worker of this home, as of a second ago at most. */
  workers: { pid: number; queues: QueueLimits[] }[];
  /** The limiters of the gateway that `FANFOLD_GATEWAY` names, in place of those of the workers. */
  gateway?: QueueLimits[];
}

const watchEveryMs = 1_000;

export function limitsCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('limits')
    .description('what holds calls back: caps, rate limits and queue depth, by model class')
    .option('--watch', 'show it again every second, until Ctrl-C')
    .option('--json', 'print it as JSON')
    .action(async (flags: LimitsFlags) => {
      done(await limits(flags, world));
    });
}

async function limits(flags: LimitsFlags, world: World): Promise<ExitCode> {
  const session = await openSession(world, 'command', sayer(world, flags.json));
  try {
    if (!flags.watch) world.stdout.write(print(await look(session, world), flags));
    else await interruptible(world, (signal) => watch(session, flags, world, signal));
    return exitCodes.complete;
  } finally {
    await session.leave();
  }
}

async function watch(session: Session, flags: LimitsFlags, world: World, signal: AbortSignal): Promise<void> {
  const picture = isDrawable(world.stdout, world.env) && !flags.json ? pictureOn(world.stdout) : undefined;
  while (!signal.aborted) {
    const seen = await look(session, world);
    if (picture) picture.draw(print(seen, flags));
    else world.stdout.write(flags.json ? asJson(seen) : print(seen, flags));
    await sleep(watchEveryMs, undefined, { signal }).catch(() => {});
  }
  picture?.done();
}

async function look({ client, server, membership }: Session, world: World): Promise<Limits> {
  const queues = [taskQueues.model, taskQueues.offlineModel];
  const [backlogs, present, gateway] = await Promise.all([
    Promise.all(queues.map((queue) => backlogOf(client, server.namespace, queue, isWorkerGone))),
    membership.live(),
    gatewayLimits(world),
  ]);
  const workers = present.filter(({ ready }) => ready);
  return {
    taskQueues: backlogs,
    workers: workers.map(({ pid, limits: queues = [] }) => ({ pid, queues: gateway === undefined ? queues : [] })),
    ...(gateway && { gateway }),
  };
}

function print(seen: Limits, { json }: LimitsFlags): TerminalText {
  if (json) return asJson(seen, 2);
  const rows = [
    ...seen.taskQueues.map(backlogLine),
    ...(seen.gateway === undefined ? [] : ['gateway', ...seen.gateway.flatMap(queueLines)]),
    ...seen.workers.flatMap(({ pid, queues }) => [`worker ${pid}`, ...queues.flatMap(queueLines)]),
  ];
  if (seen.workers.length === 0) rows.push('No worker of this home is running.');
  return lines(rows);
}

function backlogLine({ taskQueue, tasks, oldestMs, addedPerSecond, takenPerSecond, pollers }: Backlog): string {
  const age = tasks > 0 ? `, the oldest for ${formatDuration(oldestMs)}` : '';
  const rates = `${addedPerSecond.toFixed(1)} a second in, ${takenPerSecond.toFixed(1)} out`;
  return `${taskQueue}: ${tasks} waiting${age} · ${rates} · ${pollers} ${pollers === 1 ? 'worker' : 'workers'}`;
}

function queueLines({ taskQueue, limiters }: QueueLimits): string[] {
  if (limiters.length === 0) return [`  ${taskQueue}: nothing has been asked yet`];
  return limiters.flatMap((limiter) => [
    `  ${taskQueue} · ${limiterLine(limiter)}`,
    ...limiter.buckets.map(bucketLine),
  ]);
}

function limiterLine(limiter: LimiterSnapshot): string {
  const { modelClass, cap, ceiling, inFlight, waiting, sent, throttled, overloaded } = limiter;
  return [
    modelClass,
    `${inFlight} in flight of ${cap}, at most ${ceiling}`,
    `${waiting} waiting here`,
    `${sent} calls, ${throttled} × 429, ${overloaded} × 529`,
    stateText(limiter.gate),
  ].join(' · ');
}

function stateText(gate: LimiterSnapshot['gate']): string {
  switch (gate.is) {
    case 'open':
      return 'open';
    case 'probing':
      return 'one call is trying whether it is open';
    case 'closed':
    case 'shut':
      return gateText(gate, 200, Date.now());
  }
}

function bucketLine({ name, limit, remaining, refillsAtMs }: BucketSnapshot): string {
  const fullInMs = Math.max(0, refillsAtMs - Date.now());
  const full = fullInMs < 1_000 ? 'full' : `full again in ${formatDuration(fullInMs)}`;
  return `    ${name}: ${remaining.toLocaleString('en')} of ${limit.toLocaleString('en')} a minute left, ${full}`;
}
