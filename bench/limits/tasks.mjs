import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Branches as a worker takes them up: one for each slot until the time is over, those that are to be asked again before new ones. Returns
 * when those in flight have ended. `attempt` makes one call, and returns the task to repeat, or nothing.
 * @template {object} Task
 * @param {{ acquire(signal: AbortSignal): Promise<{ use(): void, release(): void }> }} slots
 * @param {{ until: number, told: { begun: number }, begin: () => Task, attempt: (task: Task) => Promise<{ task: Task, waitMs: number } | void> }} work
 */
export async function runTasks(slots, { until, told, begin, attempt }) {
  const waiting = new AbortController();
  setMaxListeners(0, waiting.signal);
  const timer = setTimeout(() => waiting.abort(), until - Date.now());
  const again = [];
  const inFlight = new Set();
  while (Date.now() < until) {
    const slot = await slots.acquire(waiting.signal).catch(() => undefined);
    if (slot === undefined) break;
    slot.use();
    const due = again.findIndex(({ at }) => at <= Date.now());
    if (due < 0) told.begun += 1;
    const task = due < 0 ? begin() : again.splice(due, 1)[0].task;
    const work = attempted(task).finally(() => {
      slot.release();
      inFlight.delete(work);
    });
    inFlight.add(work);
  }
  clearTimeout(timer);
  await Promise.all(inFlight);

  async function attempted(task) {
    const repeat = await attempt(task);
    if (repeat) again.push({ task: repeat.task, at: Date.now() + repeat.waitMs });
    // What Temporal takes to report a result.
    await sleep(5);
  }
}
