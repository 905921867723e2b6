import type { ClientOptions, ClientPlugin } from '@temporalio/client';
import type { Priority } from '@temporalio/common';
import type { BundleOptions, BundlerPlugin, Worker, WorkerOptions, WorkerPlugin } from '@temporalio/worker';

import { temporalPriority } from '../contract/priority.js';
import { clientInterceptors } from './client-interceptors.js';
import { startBeside } from './beside.js';
import type { Beside, Place } from './beside.js';
import { checkModel, openedHome } from './plugin-defaults.js';
import type { PluginSettings } from './plugin-settings.js';
import { computingTime } from '../worker/index.js';
import { interceptorModules } from './interceptor-modules.js';
import { withOutputs } from './with-outputs.js';

/**
 * fanfold for a worker and a client of your own, in one line each:
 * `Worker.create({ …, plugins: [new FanfoldPlugin()] })` and `new Client({ …, plugins: [new FanfoldPlugin()] })`.
 *
 * While the worker runs, fanfold's workers run beside it on its connection and with its data converter, each on a task queue of its own with
 * limits of its own. The worker keeps what it had: activities, interceptors, converter, versioning. It also evaluates files named
 * `outputs.ts` or `NAME.outputs.ts` when it bundles workflows: see `output`. Workflows of fanfold's that are bundled with one's own have the
 * interceptors that they have in fanfold's worker. Where it does not say how
 * long a workflow may compute at a stretch (`isolateExecutionTimeout`), that is 30 s.
 *
 * Defaults: `ANTHROPIC_API_KEY`, store and journal of `FANFOLD_HOME`, 50 model calls at once; allowed is what commands of that home have
 * registered, or nothing where the plugin was given a store.
 */
// The SDK's `SimplePlugin` cannot wait for anything before the worker is there.
export class FanfoldPlugin implements WorkerPlugin, ClientPlugin, BundlerPlugin {
  readonly name = 'fanfold';
  readonly #settings: PluginSettings;
  readonly #priority: Priority | undefined;
  /** By namespace: what runs beside the workers there. */
  readonly #served = new Map<string, Served>();

  /** @throws InputError where the priority cannot be meant */
  constructor(settings: PluginSettings = {}) {
    this.#settings = settings;
    this.#priority = settings.priority === undefined ? undefined : temporalPriority(settings.priority);
  }

  configureClient(options: ClientOptions): ClientOptions {
    const { offline = false } = this.#settings;
    if (!offline && this.#priority === undefined) return options;
    const { workflow, schedule = [], ...interceptors } = options.interceptors ?? {};
    const own = clientInterceptors({ offline, priority: this.#priority });
    // The SDK still takes the older form, a function for each call.
    const workflows =
      workflow === undefined || Array.isArray(workflow)
        ? [...(workflow ?? []), own.workflow]
        : { ...workflow, calls: [...(workflow.calls ?? []), () => own.workflow] };
    return {
      ...options,
      interceptors: { ...interceptors, workflow: workflows, schedule: [...schedule, own.schedule] },
    };
  }

  /**
   * Says what stands in the way before the worker is there, in the words of the command.
   *
   * @throws UnavailableError `NoApiKey` where no model could be asked, `BadApiKey`, or `ForeignHome`
   * @throws InputError where the home cannot be used, or a variable of the environment cannot be meant
   */
  async configureWorker(options: WorkerOptions): Promise<WorkerOptions> {
    checkModel(this.#settings);
    await openedHome(this.#settings);
    const { namespace = 'default', connection, dataConverter } = options;
    const served = this.#served.get(namespace) ?? { namespace, running: 0 };
    this.#served.set(namespace, Object.assign(served, { connection, dataConverter }));
    return { ...computingTime, ...options };
  }

  configureBundler(options: BundleOptions): BundleOptions {
    return {
      ...options,
      webpackConfigHook: withOutputs(options.webpackConfigHook),
      workflowInterceptorModules: [...(options.workflowInterceptorModules ?? []), ...interceptorModules()],
    };
  }

  /** @throws what either of them stopped with */
  async runWorker(worker: Worker, next: (worker: Worker) => Promise<void>): Promise<void> {
    const { namespace } = worker.options;
    const served = this.#served.get(namespace) ?? { namespace, running: 0 };
    this.#served.set(namespace, served);
    // Several workers of a namespace that take one plugin share what runs beside them.
    served.running += 1;
    const beside = (served.beside ??= startBeside(this.#settings, served));
    const { workers, close } = await beside.catch((error: unknown) => {
      served.running -= 1;
      delete served.beside;
      throw error;
    });
    const stopped = workers.finished.then(
      () => {},
      (error: unknown) => {
        if (worker.getState() === 'RUNNING') worker.shutdown();
        throw error;
      },
    );
    try {
      await next(worker);
    } finally {
      served.running -= 1;
      if (served.running === 0) {
        delete served.beside;
        await workers.drain().finally(close);
      }
    }
    if (served.running === 0) await stopped;
    else stopped.catch(() => {});
  }
}

interface Served extends Place {
  beside?: Promise<Beside>;
  /** How many workers of the program run there. */
  running: number;
}
