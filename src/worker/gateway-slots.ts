import type { LimiterSnapshot } from '../contract/limiter.js';
import { taskQueues } from '../contract/names.js';
import type { TaskQueue } from '../contract/names.js';
import type { ModelLayer, Origin } from '../model/layer/index.js';
import type { asideOf, Clock, Limiters, Roomy, Slots, Turns } from '../model/limiter/index.js';

/** Which of the two models is asked: each has limits of its own. */
export type Line = 'paid' | 'offline';

/** A branch whose call is under way though no worker waits for it. */
export interface Orphan {
  asker: string;
  origin: Origin;
}

/** A gateway, which has journal, limiters and calls in place of this process. */
export interface WorkerGateway extends ModelLayer {
  /** The room that it gives to tasks. */
  rooms: Record<Line, Pick<Roomy, 'room'> & Required<Pick<Roomy, 'wanted'>> & { onRoom(listener: () => void): void }>;
  limits(line: Line): LimiterSnapshot[];
  /** Tells of branches whose calls are under way though no worker waits for them. */
  onOrphans?(listener: (orphans: readonly Orphan[]) => void): void;
  /** Has such calls cut. */
  cutAsker?(asker: string): void;
  /** Questions of tasks that wait for their call there. */
  waitingTasks?(line: Line): number;
}

/** What stands in front of the model calls of one task queue. */
export interface InFront {
  slots: Slots;
  /** Of the branches of lanes. */
  turns: Turns;
  snapshot(): LimiterSnapshot[];
  /** Of this process, where no gateway has them. */
  limiters?: Limiters;
}

/**
 * Slots for the tasks of a queue, and turns for the branches of its lanes, out of the one share that a gateway gives to this worker.
 *
 * GatewaySlots-1. Tasks that are no lanes, and branches that lanes have begun, are together no more than the share, nor than `ceiling`, but
 *     for the few that are sought aside (Slots-2). A lane itself makes no call: it takes nothing of the share.
 * GatewaySlots-2. Branches of lanes come first: they are here already.
 */
export function gatewaySlots(
  gateway: WorkerGateway,
  taskQueue: TaskQueue,
  ceiling: number,
  limiter: { Slots: typeof Slots; Turns: typeof Turns; asideOf: typeof asideOf; systemClock: Clock },
): InFront {
  const line = taskQueue === taskQueues.offlineModel ? 'offline' : 'paid';
  const share = gateway.rooms[line];
  const tasks = { out: 0, wanted: 0 };
  const lanes = { begun: 0, wanted: 0, count: 0 };
  const tell = (): void =>
    share.wanted(Math.max(0, tasks.out - lanes.count) + lanes.begun, tasks.wanted + lanes.wanted, turns.wantedBy);
  const room = (): number => Math.min(ceiling, share.room());
  const slots = new limiter.Slots(
    ceiling,
    {
      // The gateway counts calls in flight into the share, and only it knows when there is more.
      inFlight: 0,
      msUntilRoom: () => Infinity,
      get waiting() {
        return lanes.wanted;
      },
      room: () => room() - lanes.begun + Math.min(lanes.count, tasks.out),
      get lanes() {
        return lanes.count;
      },
      get aside() {
        return lanes.wanted === 0 || share.room() === 0 ? 0 : limiter.asideOf(room());
      },
      get waitingTasks() {
        return gateway.waitingTasks?.(line) ?? 0;
      },
      wanted: (out, wanted) => {
        const isLess = out < tasks.out;
        Object.assign(tasks, { out, wanted });
        tell();
        if (isLess) turns.look();
      },
    },
    limiter.systemClock,
  );
  const turns = new limiter.Turns(
    {
      inFlight: 0,
      waiting: 0,
      msUntilRoom: () => Infinity,
      growth: () => 0,
      // What the gateway's share is too small for would wait with any other worker as well: all have the one limiter.
      cap: ceiling,
      get isPaused() {
        return share.room() === 0;
      },
      // A slot that no task has come for yet takes nothing from lanes: they have what to begin.
      roomForTurns: () => room() - Math.max(0, slots.used - turns.lanes),
      joined: (known) => slots.tookLane(known),
      left: () => slots.lostLane(),
      demand: (begun, wanted, count) => {
        const isLess = begun < lanes.begun || wanted < lanes.wanted || count > lanes.count;
        Object.assign(lanes, { begun, wanted, count });
        tell();
        if (isLess) slots.look();
      },
    },
    limiter.systemClock,
  );
  share.onRoom(() => {
    turns.look();
    slots.look();
  });
  return {
    slots,
    turns,
    snapshot: () => gateway.limits(line).map((each) => ({ ...each, ceiling: Math.min(ceiling, each.ceiling) })),
  };
}
