import { backlogOf } from '../../client/index.js';
import type { QueueLimits } from '../../contract/limiter.js';
import { isWorkerGone } from '../../server/index.js';
import { LimiterMetrics } from '../../worker/index.js';
import type { RunningWorkers, WorkerGateway } from '../../worker/index.js';
import type { Session } from '../home/session.js';

/** How often a worker shows how its limiters stand, and how often it asks for the backlog, in milliseconds. */
const showEveryMs = 1_000;
const backlogEveryMs = 5_000;

/** What a worker has to show. */
interface Shown {
  workers: RunningWorkers;
  gateway?: Pick<WorkerGateway, 'totals'> | undefined;
}

/** Shows how a worker's limiters stand: to `fanfold limits` in its presence, and in its metrics, with what its gateway tells. Returns what ends it. */
export function publishLimits(session: Session, { workers, gateway }: Shown, withMetrics: boolean): () => void {
  const metrics = withMetrics ? new LimiterMetrics() : undefined;
  let shown = '';
  const show = () => {
    const limits: QueueLimits[] = workers.limits();
    metrics?.record(limits);
    const totals = gateway?.totals?.();
    if (totals !== undefined) metrics?.recordGateway(totals);
    const now = JSON.stringify(limits);
    if (now === shown) return;
    shown = now;
    session.membership.update({ limits }).catch(() => {});
  };
  const measure = async () => {
    const { client, server } = session;
    const queues = workers.limits().map(({ taskQueue }) => taskQueue);
    metrics?.recordBacklogs(
      await Promise.all(queues.map((queue) => backlogOf(client, server.namespace, queue, isWorkerGone))),
    );
  };
  const timers = [setInterval(show, showEveryMs)];
  if (withMetrics) timers.push(setInterval(() => void measure().catch(() => {}), backlogEveryMs));
  return () => timers.forEach(clearInterval);
}
