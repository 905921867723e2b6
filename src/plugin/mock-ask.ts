import { SimplePlugin } from '@temporalio/plugin';
import { Worker } from '@temporalio/worker';
import type { BundleOptions, NativeConnection, WorkerOptions } from '@temporalio/worker';

import { taskQueues } from '../contract/names.js';
import { workflowBundlePath } from '../worker/index.js';
import { interceptorModules } from './interceptor-modules.js';
import { mockActivities } from './mock-activities.js';
import type { MockAnswer } from './mock-answer.js';
import { MemoryStore } from './memory-store.js';
import { withOutputs } from './with-outputs.js';

/** Cancellation reaches an activity with its heartbeats, and no later than so. */
const prompt = { maxHeartbeatThrottleInterval: '200ms', defaultHeartbeatThrottleInterval: '200ms' } as const;

/**
 * Answers what workflows ask from a function, without a model, a journal or a store on disk:
 * `Worker.create({ …, plugins: [mockAsk(({ prompt }) => …)] })`, in the place of `FanfoldPlugin`. Questions in lanes are answered alike. It
 * works with `TestWorkflowEnvironment`, and in `Worker.runReplayHistory`, where it answers nothing and evaluates `outputs.ts`.
 */
export function mockAsk(answer: MockAnswer): MockPlugin {
  return new MockPlugin(answer);
}

/** What stands in the place of `FanfoldPlugin` in tests. */
export class MockPlugin extends SimplePlugin {
  /** The store of its workers, in memory: `placeRows(rows, plugin.store)`. */
  readonly store = new MemoryStore();
  #connection: NativeConnection | undefined;
  #namespace = 'default';
  #dataConverter: WorkerOptions['dataConverter'];

  constructor(readonly answer: MockAnswer) {
    super({ name: 'fanfold-mock' });
  }

  override configureWorker(options: WorkerOptions): WorkerOptions {
    this.#connection = options.connection;
    this.#namespace = options.namespace ?? 'default';
    this.#dataConverter = options.dataConverter;
    return options;
  }

  override configureBundler(options: BundleOptions): BundleOptions {
    return {
      ...options,
      webpackConfigHook: withOutputs(options.webpackConfigHook),
      // A history that a worker with `FanfoldPlugin` has made replays with the same ones only.
      workflowInterceptorModules: [...(options.workflowInterceptorModules ?? []), ...interceptorModules()],
    };
  }

  override async runWorker(worker: Worker, next: (worker: Worker) => Promise<void>): Promise<void> {
    const beside = await this.#workers();
    const running = beside.map((each) => each.run());
    // Until the worker has ended, nobody awaits them.
    for (const each of running) each.catch(() => {});
    try {
      await next(worker);
    } finally {
      for (const each of beside) if (each.getState() === 'RUNNING') each.shutdown();
    }
    await Promise.all(running);
  }

  #workers(): Promise<Worker[]> {
    const shared = {
      namespace: this.#namespace,
      ...(this.#connection !== undefined && { connection: this.#connection }),
      ...(this.#dataConverter !== undefined && { dataConverter: this.#dataConverter }),
    };
    const activities = mockActivities(this.answer, this.store);
    const { workflow, model, offlineModel, io } = taskQueues;
    return Promise.all([
      Worker.create({ ...shared, taskQueue: workflow, workflowBundle: { codePath: workflowBundlePath() } }),
      ...[model, offlineModel, io].map((taskQueue) => Worker.create({ ...shared, ...prompt, taskQueue, activities })),
    ]);
  }
}
