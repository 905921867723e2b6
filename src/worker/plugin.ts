import type { DataConverter } from '@temporalio/common';
import type { NativeConnection, Worker, WorkerOptions, WorkerPlugin } from '@temporalio/worker';

import { startWorkers } from './start-workers.js';
import type { WorkerSettings } from './start-workers.js';

/** {@link WorkerSettings}, except what the worker that takes the plugin knows already. */
export type PluginSettings = Omit<WorkerSettings, 'connectionOptions' | 'connection' | 'namespace' | 'dataConverter'>;

/**
 * Lets a worker of your own use `fanOut`, in one line: `Worker.create({ …, plugins: [new FanfoldPlugin({ … })] })`. While it
 * runs, fanfold's workers run beside it on its connection, each on a task queue of its own with limits of its own.
 */
export class FanfoldPlugin implements WorkerPlugin {
  readonly name = 'fanfold';
  readonly #settings: PluginSettings;
  #connection: NativeConnection | undefined;
  #namespace = 'default';
  #dataConverter: DataConverter | undefined;

  constructor(settings: PluginSettings) {
    this.#settings = settings;
  }

  configureWorker(options: WorkerOptions): WorkerOptions {
    this.#connection = options.connection;
    this.#namespace = options.namespace ?? 'default';
    this.#dataConverter = options.dataConverter;
    return options;
  }

  /** @throws what either of them stopped with */
  async runWorker(worker: Worker, next: (worker: Worker) => Promise<void>): Promise<void> {
    const beside = await startWorkers({
      ...this.#settings,
      namespace: this.#namespace,
      dataConverter: this.#dataConverter,
      ...(this.#connection === undefined ? { connectionOptions: {} } : { connection: this.#connection }),
    });
    const stopped = beside.finished.then(
      () => {},
      (error: unknown) => {
        if (worker.getState() === 'RUNNING') worker.shutdown();
        throw error;
      },
    );
    try {
      await next(worker);
    } finally {
      await beside.drain();
    }
    await stopped;
  }
}
