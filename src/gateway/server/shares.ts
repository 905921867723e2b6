/** What one worker has, of calls to one model. */
export interface Demand {
  /** Its calls in flight. */
  inFlight: number;
  /** Tasks that it has taken on. */
  out: number;
  /** Tasks that it has a place for besides. */
  wants: number;
}

/**
 * How many tasks each of several workers may have taken on, where so many calls may leave beside those in flight.
 *
 * Shares-1. The workers together may have no more tasks without a call in flight than there is room for, but for those that they
 *     have already.
 * Shares-2. Room goes to those who want it, evenly: nobody gets more than it wants while another gets less than that (max-min
 *     fairness; Bertsekas, Gallager, "Data Networks", 1992, section 6.5.2).
 *
 * @param first the worker that odd room goes to first
 */
export function sharesOf(room: number, demands: readonly Demand[], first = 0): number[] {
  const shares = demands.map(() => 0);
  const wanted = demands.map(wantedBy);
  let left = room;
  let hungry = wanted.flatMap((want, at) => (want > 0 ? [at] : []));
  while (left > 0 && hungry.length > 0) {
    const each = Math.floor(left / hungry.length);
    if (each === 0) {
      for (const at of rotated(hungry, first).slice(0, left)) shares[at]! += 1;
      break;
    }
    for (const at of hungry) {
      const more = Math.min(each, wanted[at]! - shares[at]!);
      shares[at]! += more;
      left -= more;
    }
    hungry = hungry.filter((at) => shares[at]! < wanted[at]!);
  }
  return demands.map(({ inFlight }, at) => inFlight + shares[at]!);
}

/** Whether there is room, and more of it wanted than there is. */
export function isContested(room: number, demands: readonly Demand[]): boolean {
  return room > 0 && demands.reduce((sum, demand) => sum + wantedBy(demand), 0) > room;
}

/** A task whose call is not out yet has its room already. */
function wantedBy({ inFlight, out, wants }: Demand): number {
  return Math.max(0, out - inFlight) + wants;
}

function rotated(all: readonly number[], first: number): number[] {
  const at = first % all.length;
  return [...all.slice(at), ...all.slice(0, at)];
}
