import { priorityOf, weightOf } from '../../contract/priority.js';
import type { Share } from '../../contract/priority.js';

/** Of so many calls one at least is of each priority that waits, however much waits before it. */
const oneOf = 20;

/** What rounding may make of equal times. */
const same = 1e-9;

/** A run among those of its priority. */
interface Standing {
  share: Share;
  isWaiting: boolean;
  /** When its next call is due to begin, and to be over, in the virtual time of its priority. */
  startAt: number;
  endAt: number;
  /** Which decision was for it last. */
  wentAs: number;
}

/** The runs of one priority. */
interface Level {
  /** Virtual time when somebody waited last: calls that each run of weight 1 is due. */
  now: number;
  runs: Map<string, Standing>;
  /** Calls of higher priority that have left while this one waited. */
  passed: number;
}

/**
 * Which run's call leaves next, where calls of several wait.
 *
 * Between priorities the lower number goes first, as in Temporal's task queues. Within a priority runs share alike, or by their weights:
 * earliest eligible virtual deadline first, for requests of one call (Stoica and Abdel-Wahab, "Earliest Eligible Virtual Deadline First",
 * Old Dominion University TR-95-22, 1995).
 *
 * FairOrder-1. While runs of one priority wait, none is a call or more off the share that its weight gives it; those of equal weight are
 *     never more than one call apart, over any span of time.
 * FairOrder-2. A run that comes is due from that moment on: it neither waits for others to be through, nor makes up for what it missed.
 * FairOrder-3. Of any 20 calls one is of each priority that waits. Temporal lets lower ones starve, but what waits here holds a slot of
 *     its worker, which others may need to get here at all.
 */
export class FairOrder {
  readonly #levels = new Map<number, Level>();
  #decisions = 0;

  /** The one of those who wait whose turn it is. They may be others each time. */
  choose<Waiting extends Share>(waiting: Iterable<Waiting>): Waiting | undefined {
    const all = [...waiting];
    this.#take(all);
    const level = this.#levelWhoseTurnItIs();
    const run = level && nextOf(level);
    return all.find((share) => run !== undefined && isSame(share, run.share));
  }

  /** Takes in that a call of the run leaves, which was chosen. */
  went(share: Share): void {
    const priority = priorityOf(share);
    const level = this.#levels.get(priority);
    const run = level?.runs.get(share.key);
    if (level === undefined || run === undefined) return;
    for (const [other, each] of this.#levels) {
      if (other > priority && isAnyWaiting(each)) each.passed += 1;
    }
    level.passed = 0;
    run.startAt = run.endAt;
    run.endAt += 1 / weightOf(run.share);
    this.#decisions += 1;
    run.wentAs = this.#decisions;
    level.now = timeOf(level);
  }

  #take(waiting: readonly Share[]): void {
    const here = new Map<number, Map<string, Share>>();
    for (const share of waiting) {
      const priority = priorityOf(share);
      const keys = here.get(priority) ?? new Map<string, Share>();
      here.set(priority, keys.set(share.key, share));
    }
    for (const [priority, level] of this.#levels) leaveOut(level, here.get(priority));
    for (const [priority, keys] of here) {
      const level = this.#levels.get(priority) ?? { now: 0, runs: new Map<string, Standing>(), passed: 0 };
      this.#levels.set(priority, level);
      for (const share of keys.values()) join(level, share);
    }
    for (const [priority, { runs }] of this.#levels) if (runs.size === 0) this.#levels.delete(priority);
  }

  #levelWhoseTurnItIs(): Level | undefined {
    const waiting = [...this.#levels].filter(([, level]) => isAnyWaiting(level));
    const ordered = waiting.toSorted(([one], [other]) => one - other).map(([, level]) => level);
    // With several of them due, each is found a call later than it was due; so they are due before.
    const due = ordered.filter((level, at) => at > 0 && level.passed >= oneOf - ordered.length + 1);
    return due.toSorted((one, other) => other.passed - one.passed)[0] ?? ordered[0];
  }
}

/** Names a share: runs of one key and different priorities are different ones. */
export function shareId(share: Share): string {
  return `${priorityOf(share)}/${share.key}`;
}

function isSame(one: Share, other: Share): boolean {
  return one.key === other.key && priorityOf(one) === priorityOf(other);
}

/** What no longer waits is remembered as long as it is ahead of its share. */
function leaveOut(level: Level, keys: ReadonlyMap<string, Share> | undefined): void {
  for (const [key, run] of level.runs) {
    if (keys?.has(key)) continue;
    run.isWaiting = false;
    if (run.startAt <= level.now + same) level.runs.delete(key);
  }
  if (keys === undefined) level.passed = 0;
}

/** Who comes is due with those that are due last by now: so runs of equal weight keep in step, and each round has the same order. */
function join(level: Level, share: Share): void {
  const known = level.runs.get(share.key);
  if (known?.isWaiting) return;
  const now = timeOf(level);
  const due = waitingIn(level).flatMap(({ startAt }) => (startAt <= now + same ? [startAt] : []));
  const startAt = Math.max(due.length === 0 ? now : Math.max(...due), known?.startAt ?? 0);
  const endAt = startAt + 1 / weightOf(share);
  level.runs.set(share.key, { share, isWaiting: true, startAt, endAt, wentAs: known?.wentAs ?? 0 });
}

/**
 * Virtual time: the mean of when the runs that wait are due, by their weights. Each call moves it on by what all are due for it, and who comes
 * with it does not move it.
 */
function timeOf(level: Level): number {
  let sum = 0;
  let weights = 0;
  for (const { share, startAt } of waitingIn(level)) {
    sum += weightOf(share) * startAt;
    weights += weightOf(share);
  }
  return weights === 0 ? level.now : sum / weights;
}

/** Of those that are due by now the one that is to be over first; of equals the one that has waited longest. */
function nextOf(level: Level): Standing | undefined {
  const now = timeOf(level);
  let next: Standing | undefined;
  for (const run of waitingIn(level)) {
    if (run.startAt > now + same) continue;
    const sooner = next === undefined ? -Infinity : run.endAt - next.endAt;
    if (sooner < -same || (sooner <= same && run.wentAs < (next?.wentAs ?? 0))) next = run;
  }
  return next;
}

function waitingIn({ runs }: Level): Standing[] {
  return [...runs.values()].filter(({ isWaiting }) => isWaiting);
}

function isAnyWaiting({ runs }: Level): boolean {
  for (const { isWaiting } of runs.values()) if (isWaiting) return true;
  return false;
}
