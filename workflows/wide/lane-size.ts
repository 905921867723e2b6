/**
 * Work that a lane is given, in milliseconds: at most so much that it can be shared when workers come or go, and at least so much
 * that the lane itself costs little beside it.
 */
const work = { mostMs: 20_000, leastMs: 2_000 };

/** What decides how many documents a lane is given. */
interface Standing {
  /** Most calls at once of the lane. */
  width: number;
  /** Documents in the queue. */
  queued: number;
  /** Those who run lanes. */
  runners: number;
  /** Milliseconds that a branch takes; `undefined` where no lane has told yet. */
  paceMs: number | undefined;
  /** Whether lanes have handed calls at once back. */
  isSplit: boolean;
}

/**
 * How many documents of one chunk a lane is given: all that there are, until lanes have handed something back or have told how
 * long theirs took. Shares shrink as the queue does, so that lanes end together: guided self-scheduling (Polychronopoulos and
 * Kuck 1987). No lane is given fewer than it can begin in two rounds, as long as there are that many.
 */
export function laneSize({ width, queued, runners, paceMs, isSplit }: Standing): number {
  if (paceMs === undefined && !isSplit) return Infinity;
  const share = Math.ceil(queued / Math.max(1, runners));
  if (paceMs === undefined) return Math.max(width, share);
  const within = (ms: number) => Math.ceil((width * ms) / Math.max(1, paceMs));
  return Math.max(2 * width, within(work.leastMs), Math.min(within(work.mostMs), Math.ceil(share / 2)));
}

/**
 * How many documents of one chunk a lane is given that goes on and asks for more. It can ask again before it has run dry, so that the
 * last shares are small: half a round.
 */
export function moreSize(standing: Standing): number {
  const { width, queued, runners, paceMs } = standing;
  if (paceMs === undefined) return laneSize(standing);
  const within = (ms: number) => Math.ceil((width * ms) / Math.max(1, paceMs));
  const share = Math.ceil(queued / Math.max(1, runners) / 2);
  return Math.max(Math.ceil(width / 2), within(work.leastMs), Math.min(within(work.mostMs), share));
}
