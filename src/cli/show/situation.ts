import { backlogOf, pendingBranches } from '../../client/index.js';
import type { Backlog, PendingBranch, RunView } from '../../client/index.js';
import type { LimiterSnapshot } from '../../contract/limiter.js';
import { taskQueues } from '../../contract/names.js';
import type { Session } from '../home/session.js';

/** What goes on around a run, as the server and the workers of its home tell. */
export interface Situation {
  pending: readonly PendingBranch[];
  /** Of the workers of this home, those that this run's calls pass. */
  limiters: readonly LimiterSnapshot[];
  /** Of the queue that this run's calls wait in; `null` before it is known. */
  backlog: Backlog | null;
}

export const nothingKnown: Situation = { pending: [], limiters: [], backlog: null };

/** How often the server is asked what is pending, and how often for the backlog, in milliseconds, for a picture and for a log. */
const pace = { picture: { pendingMs: 400, aroundMs: 1_000 }, log: { pendingMs: 5_000, aroundMs: 5_000 } } as const;

/** Looks at the situation again and again; what cannot be had stays as it was. */
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
    const { client, server, membership } = this.session;
    const queue = this.view.planned.offline ? taskQueues.offlineModel : taskQueues.model;
    const [backlog, present] = await Promise.all([backlogOf(client, server.namespace, queue), membership.live()]);
    const limiters = present.flatMap(({ limits = [] }) =>
      limits.filter(({ taskQueue }) => taskQueue === queue).flatMap((limits) => limits.limiters),
    );
    return { backlog, limiters };
  }
}
