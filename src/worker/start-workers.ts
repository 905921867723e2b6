import { availableParallelism, hostname } from 'node:os';

import type { DataConverter } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { NativeConnectionOptions, WorkerInterceptors, WorkerOptions } from '@temporalio/worker';

import { createActivities } from '../../activities/index.js';
import type { ActivitiesSettings } from '../../activities/index.js';
import { Limiters, systemClock } from '../../activities/model/limiter/index.js';
import type { Change, QueueLimits } from '../contract/limiter.js';
import { taskQueues, workerIdentity } from '../contract/names.js';
import type { TaskQueue } from '../contract/names.js';
import { CpuPool } from '../cpu/index.js';
import { dataConverter as plainConverter } from '../payloads/index.js';
import { limitedBy } from './limiter-tuner.js';
import { workflowBundlePath } from './workflow-bundle.js';

export interface WorkerSettings extends ActivitiesSettings {
  /** Where to connect to; not needed with a `connection`. */
  connectionOptions?: NativeConnectionOptions;
  /** A connection to use; whoever made it closes it. */
  connection?: NativeConnection;
  namespace: string;
  /** How history is read and written, from `dataConverter`; by default nothing is encrypted. */
  dataConverter?: DataConverter | undefined;
  /** Model calls in flight at once in this process: a ceiling, never a target. */
  concurrency: number;
  /** Model calls in flight at once before anything is known of the API's limits; 8 by default. */
  rampFrom?: number | undefined;
  /** Which version of which deployment this worker is; by default it serves every run. */
  version?: WorkerVersion | undefined;
  /** How what happens is traced; by default it is not. */
  tracing?: WorkerTracing | undefined;
  /** Told when a limiter changes its mind about how much may leave, and why. */
  onLimitChange?: (taskQueue: TaskQueue, change: Change) => void;
}

/** A version for Temporal's Worker Versioning: it is given runs once it is the deployment's current one. */
export interface WorkerVersion {
  deployment: string;
  build: string;
  /** `auto-upgrade`: open runs go on with the current version; `pinned`: with the one that they began with. */
  runs: 'auto-upgrade' | 'pinned';
}

export interface WorkerTracing {
  activityInterceptors: NonNullable<WorkerInterceptors['activity']>;
  sinks: NonNullable<WorkerOptions['sinks']>;
}

export interface RunningWorkers {
  taskQueues: readonly TaskQueue[];
  /** How the limiters in front of the model stand now. */
  limits(): QueueLimits[];
  /** Settles when every worker has stopped; rejects with what stopped it, if that was not `drain`. */
  finished: Promise<void>;
  /** Takes no new work, lets the calls in flight come to their end, then stops. */
  drain(): Promise<void>;
}

/** Calls that leave before anything is known: what a run of a few branches needs, and what four workers that begin at once may ask of a small limit. */
const defaultRampFrom = 8;

/** Searches and calls of tools in flight at once in one process. */
const searchesAtOnce = 50;

/** Longer than any model call: a call in flight at shutdown is paid for, so its answer is waited for. */
const shutdownGraceTime = '1h';

/**
 * Starts one worker for each task queue this process serves; they share a connection and each has slots of its own.
 *
 * @throws what the connection or the registration failed with
 */
export async function startWorkers(settings: WorkerSettings): Promise<RunningWorkers> {
  const connection = settings.connection ?? (await NativeConnection.connect(settings.connectionOptions));
  const served: TaskQueue[] = [
    taskQueues.workflow,
    taskQueues.io,
    taskQueues.cpu,
    taskQueues.offlineModel,
    // Without a key the branches of paid runs are left to workers that have one.
    ...(settings.api === undefined ? [] : [taskQueues.model]),
  ];
  const draining = new AbortController();
  const cpu = settings.cpu ?? new CpuPool();
  const modelQueues = served.filter(
    (taskQueue) => taskQueue === taskQueues.model || taskQueue === taskQueues.offlineModel,
  );
  const limits = new Map<TaskQueue, Limiters>(
    modelQueues.map((taskQueue) => [taskQueue, limitersOf(settings, taskQueue)]),
  );
  const workers = await Promise.all(
    served.map((taskQueue) =>
      Worker.create({
        ...options({ ...settings, cpu, draining: draining.signal }, connection, taskQueue, limits.get(taskQueue)),
        taskQueue,
      }),
    ),
  );
  const drain = () => {
    draining.abort();
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const finished = Promise.all(
    workers.map((worker) =>
      worker.run().catch((error: unknown) => {
        drain();
        throw error;
      }),
    ),
  )
    .finally(() => Promise.all([cpu.close(), settings.connection === undefined ? connection.close() : undefined]))
    .then(() => undefined);
  return {
    taskQueues: served,
    limits: () => [...limits].map(([taskQueue, limiters]) => ({ taskQueue, limiters: limiters.snapshot() })),
    finished,
    drain: () => {
      drain();
      return finished;
    },
  };
}

/** Offline calls and paid ones have limits of their own. */
function limitersOf(
  { concurrency, rampFrom = defaultRampFrom, onLimitChange }: WorkerSettings,
  taskQueue: TaskQueue,
): Limiters {
  return new Limiters({
    ceiling: concurrency,
    firstCap: rampFrom,
    clock: systemClock,
    random: Math.random,
    onChange: (change) => onLimitChange?.(taskQueue, change),
  });
}

function options(
  settings: WorkerSettings,
  connection: NativeConnection,
  taskQueue: TaskQueue,
  limiters: Limiters | undefined,
): WorkerOptions {
  const shared = {
    connection,
    namespace: settings.namespace,
    dataConverter: settings.dataConverter ?? plainConverter(),
    taskQueue,
    identity: workerIdentity(hostname(), process.pid),
    shutdownGraceTime,
    ...(settings.version && { workerDeploymentOptions: deploymentOptions(settings.version) }),
    ...(settings.tracing && { interceptors: { activity: settings.tracing.activityInterceptors } }),
  };
  if (taskQueue === taskQueues.io || taskQueue === taskQueues.cpu) {
    return {
      ...shared,
      activities: createActivities(settings),
      maxConcurrentActivityTaskExecutions: taskQueue === taskQueues.io ? searchesAtOnce : availableParallelism(),
      maxHeartbeatThrottleInterval: '1s',
      defaultHeartbeatThrottleInterval: '1s',
    };
  }
  if (limiters === undefined) {
    return {
      ...shared,
      workflowBundle: { codePath: workflowBundlePath(settings.tracing === undefined ? 'plain' : 'traced') },
      ...(settings.tracing && { sinks: settings.tracing.sinks }),
      // After a kill -9 the next worker waits this long for the dead one's cache; the default is ten seconds.
      stickyQueueScheduleToStartTimeout: '1s',
      maxCachedWorkflows: 100,
    };
  }
  return {
    ...shared,
    activities: createActivities({ ...settings, limiters }),
    ...limitedBy(limiters.slots),
    // Cancellation reaches an activity with its next heartbeat; by default that can be far too late.
    maxHeartbeatThrottleInterval: '1s',
    defaultHeartbeatThrottleInterval: '1s',
  };
}

function deploymentOptions({
  deployment,
  build,
  runs,
}: WorkerVersion): NonNullable<WorkerOptions['workerDeploymentOptions']> {
  return {
    version: { deploymentName: deployment, buildId: build },
    useWorkerVersioning: true,
    defaultVersioningBehavior: runs === 'pinned' ? 'PINNED' : 'AUTO_UPGRADE',
  };
}
