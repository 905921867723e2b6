/** What one process asks to set aside of a day's budget, for calls that are under way. */
export interface Hold {
  /** Unique to one process. */
  holder: string;
  /** `YYYY-MM-DD` in UTC. */
  day: string;
  /** US dollars that it has set aside and cannot give back. */
  heldUsd: number;
  /** The least and the most that it wants to have set aside, in US dollars. */
  leastUsd: number;
  mostUsd: number;
  /** US dollars that all processes together may spend on the day. */
  budgetUsd: number;
  /** Milliseconds after which a process that has not asked again counts as dead. */
  forMs: number;
}

/** Sums of US dollars are off by so much at most. */
const roundingUsd = 1e-9;

/**
 * What a process gets.
 *
 * @param takenUsd US dollars that the ledger has for the day, and that others have set aside
 */
export function grantOf({ heldUsd, leastUsd, mostUsd, budgetUsd }: Hold, takenUsd: number): number {
  const freeUsd = budgetUsd - takenUsd;
  return freeUsd + roundingUsd < leastUsd ? heldUsd : Math.max(leastUsd, Math.min(mostUsd, freeUsd));
}
