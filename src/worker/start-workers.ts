import { setMaxListeners } from 'node:events';
import { availableParallelism, hostname } from 'node:os';

import type { DataConverter } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { NativeConnectionOptions, WorkerInterceptors, WorkerOptions } from '@temporalio/worker';

import type { ActivitiesSettings, createActivities } from '../../activities/index.js';
import type { Limiters } from '../model/limiter/index.js';
import type { Change, QueueLimits } from '../contract/limiter.js';
import { taskQueues, workerIdentity } from '../contract/names.js';
import type { TaskQueue } from '../contract/names.js';
import { defaultRampFrom } from '../contract/limits.js';
import { CpuPool } from '../cpu/index.js';
import { dataConverter as plainConverter } from '../payloads/index.js';
import { atMost } from './at-most.js';
import { knowsSearchAttributes } from './search-attributes.js';
import { gatewaySlots } from './gateway-slots.js';
import type { InFront, WorkerGateway } from './gateway-slots.js';
import { cutUnwanted } from './cut-unwanted.js';
import { endLast, shutDown, whyEnding } from './end-last.js';
import { limitedBy } from './limiter-tuner.js';
import { workflowBundlePath } from './workflow-bundle.js';

/** What workers connect to, what they run, and how much at once. */
export interface WorkerSettings extends ActivitiesSettings {
  /** Where to connect to; not needed with a `connection`. */
  connectionOptions?: NativeConnectionOptions;
  /** A connection to use; its maker closes it. */
  connection?: NativeConnection;
  namespace: string;
  /** The converter of event history, made by `dataConverter`; by default nothing is encrypted. */
  dataConverter?: DataConverter | undefined;
  /** The gateway that has the model layer, in place of `journal`, `api` and limiters of this process. */
  gateway?: WorkerGateway | undefined;
  /** Model calls in flight at once in this process: a ceiling, never a target. */
  concurrency: number;
  /** Model calls in flight at once before anything is known of the API's limits; 20 by default. */
  rampFrom?: number | undefined;
  /** Model calls at once that the API has taken before, where that is known: the limiter begins with them. */
  remembered?: ((taskQueue: TaskQueue, modelClass: string) => number | undefined) | undefined;
  /** The worker's version and deployment; by default it serves every run. */
  version?: WorkerVersion | undefined;
  /** Tracing; none by default. */
  tracing?: WorkerTracing | undefined;
  /** Called when a limiter changes how much may leave, with the reason. */
  onLimitChange?: (taskQueue: TaskQueue, change: Change) => void;
}

/** A version for Temporal's Worker Versioning. The worker is given runs once this is the deployment's current version. */
export interface WorkerVersion {
  deployment: string;
  build: string;
  /** `auto-upgrade`: open runs go on with the current version; `pinned`: with the one that they began with. */
  runs: 'auto-upgrade' | 'pinned';
}

/** What a worker needs to trace runs with OpenTelemetry. */
export interface WorkerTracing {
  activityInterceptors: NonNullable<WorkerInterceptors['activity']>;
  sinks: NonNullable<WorkerOptions['sinks']>;
}

/** Workers that run. */
export interface RunningWorkers {
  taskQueues: readonly TaskQueue[];
  /** The state of the limiters in front of the model. */
  limits(): QueueLimits[];
  /** Settles when every worker has stopped; rejects with what stopped it, if that was not `drain`. */
  finished: Promise<void>;
  /** Takes no new work, lets the calls in flight come to their end, or leaves them to a gateway, then stops. */
  drain(): Promise<void>;
}

/** Searches and calls of tools in flight at once in one process. */
const searchesAtOnce = 50;

/** Time for calls in flight at shutdown, longer than any model call: such a call is paid for, so its answer is waited for. */
const shutdownGraceTime = '1h';

/**
 * Starts one worker for each task queue that this process serves. They share a connection, and each has slots of its own.
 *
 * @throws what the connection or the registration failed with
 */
export async function startWorkers(settings: WorkerSettings): Promise<RunningWorkers> {
  const connection = settings.connection ?? (await NativeConnection.connect(settings.connectionOptions));
  // The activities load, the model's SDK with them, while the thread of the workflows starts.
  const [workflows, activities, limiter] = await Promise.all([
    Worker.create(workflowOptions(settings, connection)),
    import('../../activities/index.js'),
    import('../model/limiter/index.js'),
  ]);
  const served: TaskQueue[] = [
    taskQueues.workflow,
    taskQueues.io,
    taskQueues.cpu,
    taskQueues.offlineModel,
    // Without a key the branches of paid runs are left to workers that have one; recorded answers need none.
    ...(settings.api === undefined && !hasKey(settings.gateway) && settings.cassette === undefined
      ? []
      : [taskQueues.model]),
  ];
  if (settings.gateway !== undefined) cutUnwanted(settings.gateway, connection, settings.namespace);
  const draining = new AbortController();
  // Each lane listens, and there may be many.
  setMaxListeners(0, draining.signal);
  const cpu = settings.cpu ?? new CpuPool();
  const layer = settings.gateway && atMost(settings.concurrency, settings.gateway, limiter);
  // Offline calls and paid ones have limits of their own.
  const limits = new Map<TaskQueue, InFront>(
    served
      .filter((taskQueue) => taskQueue === taskQueues.model || taskQueue === taskQueues.offlineModel)
      .map((taskQueue) => [taskQueue, inFrontOf(limiter, { ...settings, layer }, taskQueue)]),
  );
  const own = {
    ...settings,
    layer,
    cpu,
    draining: draining.signal,
    isSearchable: () => knowsSearchAttributes(connection, settings.namespace),
  };
  const workers = [
    workflows,
    ...(await Promise.all(
      served
        .filter((taskQueue) => taskQueue !== taskQueues.workflow)
        .map((taskQueue) =>
          Worker.create(
            activityOptions(own, activities.createActivities, connection, taskQueue, limits.get(taskQueue)),
          ),
        ),
    )),
  ];
  const drain = () => {
    draining.abort(whyEnding());
    const leavesSome =
      settings.gateway !== undefined && [...limits.values()].some(({ slots }) => slots.out > slots.idle);
    for (const worker of workers) if (worker !== workflows || !leavesSome) shutDown(worker);
    if (leavesSome) void endLast(workflows, modelRuns);
  };
  const runs = workers.map((worker) =>
    worker.run().catch((error: unknown) => {
      drain();
      throw error;
    }),
  );
  const modelRuns = runs.filter((_, at) => limits.has(workers[at]?.options.taskQueue as TaskQueue));
  const finished = Promise.all(runs)
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

function hasKey(gateway: WorkerGateway | undefined): boolean {
  return gateway !== undefined && gateway.hasKey !== false;
}

function inFrontOf(
  limiter: Parameters<typeof gatewaySlots>[4] & { Limiters: typeof Limiters },
  {
    gateway,
    layer,
    concurrency,
    rampFrom = defaultRampFrom,
    remembered,
    onLimitChange,
  }: WorkerSettings & { layer: ReturnType<typeof atMost> | undefined },
  taskQueue: TaskQueue,
): InFront {
  if (gateway !== undefined) return gatewaySlots(gateway, layer ?? gateway, taskQueue, concurrency, limiter);
  const limiters = new limiter.Limiters({
    ceiling: concurrency,
    firstCap: rampFrom,
    remembered: (modelClass) => remembered?.(taskQueue, modelClass),
    clock: limiter.systemClock,
    random: Math.random,
    onChange: (change) => onLimitChange?.(taskQueue, change),
  });
  return { slots: limiters.slots, turns: limiters.turns, snapshot: () => limiters.snapshot(), limiters };
}

/**
 * The longest that a workflow may compute at a stretch. Temporal's 5 s are of the clock, not of the processor: on a busy machine they pass in
 * the midst of sound work, and to end a script that has promises under way ends the whole process (Node 20: `async hook stack has become
 * corrupted`). The SDK takes the option, and leaves it out of its types.
 */
export const computingTime = { isolateExecutionTimeout: '30s' } as Partial<WorkerOptions>;

function workflowOptions(settings: WorkerSettings, connection: NativeConnection): WorkerOptions {
  return {
    ...sharedOptions(settings, connection),
    taskQueue: taskQueues.workflow,
    workflowBundle: { codePath: workflowBundlePath(settings.tracing === undefined ? 'plain' : 'traced') },
    ...(settings.tracing && { sinks: settings.tracing.sinks }),
    // Time that the next worker waits for a killed one's cache; the default is ten seconds.
    stickyQueueScheduleToStartTimeout: '1s',
    maxCachedWorkflows: 100,
    ...computingTime,
  };
}

function activityOptions(
  settings: WorkerSettings,
  create: typeof createActivities,
  connection: NativeConnection,
  taskQueue: TaskQueue,
  inFront: InFront | undefined,
): WorkerOptions {
  return {
    ...sharedOptions(settings, connection),
    taskQueue,
    activities: create({ ...settings, limiters: inFront?.limiters, turns: inFront?.turns }),
    ...(inFront === undefined
      ? { maxConcurrentActivityTaskExecutions: taskQueue === taskQueues.io ? searchesAtOnce : availableParallelism() }
      : limitedBy(inFront.slots)),
    // With a gateway a call outlasts the worker: its answer is there for the next.
    ...(settings.gateway !== undefined && inFront !== undefined && { shutdownGraceTime: '1s' }),
    // Cancellation reaches an activity with its next heartbeat, which by default can be far too late.
    maxHeartbeatThrottleInterval: '1s',
    defaultHeartbeatThrottleInterval: '1s',
  };
}

function sharedOptions(settings: WorkerSettings, connection: NativeConnection): Omit<WorkerOptions, 'taskQueue'> {
  return {
    connection,
    namespace: settings.namespace,
    dataConverter: settings.dataConverter ?? plainConverter(),
    identity: workerIdentity(hostname(), process.pid),
    shutdownGraceTime,
    ...(settings.version && { workerDeploymentOptions: deploymentOptions(settings.version) }),
    ...(settings.tracing && { interceptors: { activity: settings.tracing.activityInterceptors } }),
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
