import { hostname } from 'node:os';

import { NativeConnection, Worker } from '@temporalio/worker';
import type { NativeConnectionOptions, WorkerOptions } from '@temporalio/worker';

import { createActivities } from '../../activities/index.js';
import type { ActivitiesSettings } from '../../activities/index.js';
import { taskQueues } from '../contract/names.js';
import type { TaskQueue } from '../contract/names.js';
import { workflowBundlePath } from './workflow-bundle.js';

export interface WorkerSettings extends ActivitiesSettings {
  connectionOptions: NativeConnectionOptions;
  namespace: string;
  /** Model calls in flight at once in this process: a ceiling, never a target. */
  concurrency: number;
}

export interface RunningWorkers {
  taskQueues: readonly TaskQueue[];
  /** Settles when every worker has stopped; rejects with what stopped it, if that was not `drain`. */
  finished: Promise<void>;
  /** Takes no new work, lets the calls in flight come to their end, then stops. */
  drain(): Promise<void>;
}

/** Longer than any model call: a call in flight at shutdown is paid for, so its answer is waited for. */
const shutdownGraceTime = '1h';

/**
 * Starts one worker for each task queue this process serves; they share a connection and each has slots of its own.
 *
 * @throws what the connection or the registration failed with
 */
export async function startWorkers(settings: WorkerSettings): Promise<RunningWorkers> {
  const connection = await NativeConnection.connect(settings.connectionOptions);
  const served: TaskQueue[] = [
    taskQueues.workflow,
    taskQueues.offlineModel,
    // Without a key the branches of paid runs are left to workers that have one.
    ...(settings.api === undefined ? [] : [taskQueues.model]),
  ];
  const workers = await Promise.all(
    served.map((taskQueue) => Worker.create({ ...options(settings, connection, taskQueue), taskQueue })),
  );
  const drain = () => {
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
    .finally(() => connection.close())
    .then(() => undefined);
  return {
    taskQueues: served,
    finished,
    drain: () => {
      drain();
      return finished;
    },
  };
}

function options(settings: WorkerSettings, connection: NativeConnection, taskQueue: TaskQueue): WorkerOptions {
  const shared = {
    connection,
    namespace: settings.namespace,
    taskQueue,
    identity: `fanfold@${hostname()}:${process.pid}`,
    shutdownGraceTime,
  };
  if (taskQueue === taskQueues.workflow) {
    return {
      ...shared,
      workflowBundle: { codePath: workflowBundlePath() },
      // After a kill -9 the next worker waits this long for the dead one's cache; the default is ten seconds.
      stickyQueueScheduleToStartTimeout: '1s',
      maxCachedWorkflows: 100,
    };
  }
  return {
    ...shared,
    activities: createActivities(settings),
    maxConcurrentActivityTaskExecutions: settings.concurrency,
    // The older poll counts are declared and never read in 1.24.
    activityTaskPollerBehavior: { type: 'simple-maximum', maximum: Math.min(5, settings.concurrency) },
    // Cancellation reaches an activity with its next heartbeat; by default that can be far too late.
    maxHeartbeatThrottleInterval: '1s',
    defaultHeartbeatThrottleInterval: '1s',
  };
}
