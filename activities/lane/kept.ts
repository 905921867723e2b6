/** Work that a lane keeps where its worker is full, in milliseconds: others may be idle. It asks for more before it runs dry. */
const whereFullMs = 4_000;
/** A lane with more work than `most` keeps `kept` of it: its end is not to be waited for alone. */
const work = { mostMs: 30_000, keptMs: 20_000 };

/** How a lane stands. */
interface Standing {
  /** Most calls at once. */
  width: number;
  /** Documents that it has not begun. */
  left: number;
  /** Milliseconds that a branch takes; `undefined` where that is not known yet. */
  paceMs: number | undefined;
}

/** Whether a lane has more work than is good for one. */
export function isTooMuch({ width, left, paceMs = 0 }: Standing): boolean {
  return (left * paceMs) / width > work.mostMs;
}

/** How many of the documents that it has not begun a lane keeps. */
export function keptOf({ width, left, paceMs }: Standing, isFull: boolean): number {
  // Nothing is known of how long they take: one after each of those that are out.
  if (paceMs === undefined) return Math.min(left, width);
  const ms = isFull ? whereFullMs : work.keptMs;
  return Math.min(left, Math.max(width, Math.ceil((width * ms) / Math.max(1, paceMs))));
}
