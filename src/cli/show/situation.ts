import { backlogOf, pendingBranches, queueOfTask } from '../../client/index.js';
import type { Backlog, PendingBranch, RunView } from '../../client/index.js';
import type { LimiterSnapshot } from '../../contract/limiter.js';
import { isKind, taskQueues } from '../../contract/names.js';
import { isWorkerGone } from '../../server/index.js';
import type { Session } from '../home/session.js';

/** The situation around a run, told by the server and the workers of its home. */
export interface Situation {
  pending: readonly PendingBranch[];
  /** Limiters of this home's workers that this run's calls pass. */
  limiters: readonly LimiterSnapshot[];
  /** Backlog of the queue in which this run's calls wait; `null` before it is known. */
  backlog: Backlog | null;
}

export const nothingKnown: Situation = { pending: [], limiters: [], backlog: null };

/** Milliseconds between two looks at what is pending, and at the backlog, for a picture and for a log. */
const pace = { picture: { pendingMs: 400, aroundMs: 1_000 }, log: { pendingMs: 5_000, aroundMs: 5_000 } } as const;

/** Watches the situation. A part that cannot be had stays as it was. */
export class SituationWatch {
  now: Situation = nothingKnown;
  readonly #timers: NodeJS.Timeout[];
  readonly #busy = new Set<string>();

  constructor(
    private readonly session: Session,
    private readonly view: RunView,
    purpose: keyof typeof pace,
  ) {
    const pending = () => this.#look('pending', async () => ({ pending: await pendingBranches(session.client, view) }));
    const around = () => this.#look('around', () => this.#around());
    const { pendingMs, aroundMs } = pace[purpose];
    this.#timers = [setInterval(pending, pendingMs), setInterval(around, aroundMs)];
    pending();
    around();
  }

  stop(): void {
    this.#timers.forEach(clearInterval);
  }

  #look(what: string, look: () => Promise<Partial<Situation>>): void {
    if (this.#busy.has(what) || this.view.runId === '') return;
    this.#busy.add(what);
    look()
      .then((seen) => {
        this.now = { ...this.now, ...seen };
      })
      .catch(() => {})
      .finally(() => this.#busy.delete(what));
  }

  async #around(): Promise<Partial<Situation>> {
    const { membership } = this.session;
    const queue = this.view.planned.offline ? taskQueues.offlineModel : taskQueues.model;
    const [backlog, present] = await Promise.all([this.#backlog(queue), membership.live()]);
    const limiters = present.flatMap(({ limits = [] }) =>
      limits.filter(({ taskQueue }) => taskQueue === queue).flatMap((limits) => limits.limiters),
    );
    return { backlog, limiters };
  }

  /** A workflow of somebody's own waits for a worker of theirs, and before its first question for nobody else. */
  async #backlog(queue: string): Promise<Backlog | null> {
    const { client, server } = this.session;
    const { namespace } = server;
    if (!isKind(this.view.kind)) {
      const own = await queueOfTask(client, this.view);
      if (own !== undefined) return backlogOf(client, namespace, own, isWorkerGone, 'workflows');
      if (this.view.total === 0) return null;
    }
    return backlogOf(client, namespace, queue, isWorkerGone);
  }
}
