/** Work that a lane is given, in milliseconds: enough to cost little beside it, little enough to be shared when workers come or go. */
const aimMs = 20_000;

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
}

/**
 * How many documents a lane is given. Shares shrink as the queue does, so that lanes end together: guided self-scheduling
 * (Polychronopoulos and Kuck 1987). No lane is given fewer than it can begin at once.
 */
export function laneSize({ width, queued, runners, paceMs }: Standing): number {
  const share = Math.ceil(queued / Math.max(1, runners));
  if (paceMs === undefined) return Math.max(width, share);
  const aim = Math.ceil((width * aimMs) / Math.max(1, paceMs));
  return Math.max(width, Math.min(aim, Math.ceil(share / 2)));
}
