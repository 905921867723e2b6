import type { GatewayTotals } from '../contract/gateway-totals.js';
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
  rooms: Record<
    Line,
    Pick<Roomy, 'room'> & {
      /** Is told how many tasks and branches are taken on, and how many besides have a place; `by`: those of them whose priority is known, by it. */
      wanted(out: number, wants: number, by?: [priority: number, wants: number][]): void;
      onRoom(listener: () => void): void;
    }
  >;
  limits(line: Line): LimiterSnapshot[];
  /** What it has done since it was started, where it tells so. */
  totals?(): GatewayTotals | undefined;
  /** Tells of branches whose calls are under way though no worker waits for them. */
  onOrphans?(listener: (orphans: readonly Orphan[]) => void): void;
  /** Questions of tasks that wait for their call. */
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
 * GatewaySlots-3. The idle slots of pollers take nothing of the share: a task that comes for one is ahead of the next branches, and
 *     `atMost` holds its call until one of theirs has ended.
 */
export function gatewaySlots(
  gateway: WorkerGateway,
  layer: Pick<WorkerGateway, 'waitingTasks'>,
  taskQueue: TaskQueue,
  ceiling: number,
  limiter: { Slots: typeof Slots; Turns: typeof Turns; asideOf: typeof asideOf; systemClock: Clock },
): InFront {
  const line = taskQueue === taskQueues.offlineModel ? 'offline' : 'paid';
  const share = gateway.rooms[line];
  const tasks = { out: 0, wanted: 0, idle: 0 };
  const lanes = { begun: 0, wanted: 0, count: 0 };
  const single = (): number => Math.max(0, tasks.out - tasks.idle - lanes.count);
  const tell = (): void => share.wanted(single() + lanes.begun, tasks.wanted + lanes.wanted, turns.wantedBy);
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
      room: () => room() - lanes.begun + Math.min(lanes.count + tasks.idle, tasks.out),
      get lanes() {
        return lanes.count;
      },
      get aside() {
        return lanes.wanted === 0 || share.room() === 0 ? 0 : limiter.asideOf(room());
      },
      get waitingTasks() {
        return layer.waitingTasks?.(line) ?? 0;
      },
      wanted: (out, wanted, idle) => {
        const isLess = out - idle < tasks.out - tasks.idle;
        Object.assign(tasks, { out, wanted, idle });
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
      roomForTurns: () => room() - Math.max(0, slots.out - slots.idle - turns.lanes),
      joined: (known) => slots.tookLane(known),
      left: () => slots.lostLane(),
      gaveUp: () => slots.gaveUp(),
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
