/** What one worker has, of calls to one model. */
export interface Demand {
  /** Its calls in flight. */
  inFlight: number;
  /** Tasks that it has taken on. */
  out: number;
  /** Tasks that it has a place for besides. */
  wants: number;
  /** Those of them whose priority is known, by it: branches of lanes that are there already. */
  by?: Wants | undefined;
}

/** How many are wanted, by priority. */
export type Wants = readonly (readonly [priority: number, wants: number])[];

/**
 * How many tasks each of several workers may have taken on, where so many calls may leave beside those in flight.
 *
 * Shares-1. The workers together may have no more tasks without a call in flight than there is room for, but for those that they
 *     have already.
 * Shares-2. Room goes to those who want it, evenly: nobody gets more than it wants while another gets less than that (max-min
 *     fairness; Bertsekas, Gallager, "Data Networks", 1992, section 6.5.2).
 * Shares-3. What is known to be of a lower priority gets what those of higher ones leave; so does what nobody knows yet.
 *
 * @param first the worker that odd room goes to first
 */
export function sharesOf(room: number, demands: readonly Demand[], first = 0): number[] {
  const shares = demands.map(() => 0);
  const known = demands.flatMap(({ by = [] }) => by.map(([priority]) => priority));
  const priorities = [...new Set(known)].toSorted((one, other) => one - other);
  let left = room;
  for (const upTo of [...priorities.slice(0, -1), Infinity]) {
    left = shareOut(
      left,
      demands.map((demand) => wantedBy(demand, upTo)),
      shares,
      first,
    );
  }
  return demands.map(({ inFlight }, at) => inFlight + shares[at]!);
}

/** Adds to shares until everybody has what it wants, or nothing is left. @returns what is left */
function shareOut(room: number, wanted: readonly number[], shares: number[], first: number): number {
  let left = room;
  let hungry = wanted.flatMap((want, at) => (want > shares[at]! ? [at] : []));
  while (left > 0 && hungry.length > 0) {
    const each = Math.floor(left / hungry.length);
    if (each === 0) {
      for (const at of rotated(hungry, first).slice(0, left)) shares[at]! += 1;
      return 0;
    }
    for (const at of hungry) {
      const more = Math.min(each, wanted[at]! - shares[at]!);
      shares[at]! += more;
      left -= more;
    }
    hungry = hungry.filter((at) => shares[at]! < wanted[at]!);
  }
  return left;
}

/** Whether there is room, and more of it wanted than there is. */
export function isContested(room: number, demands: readonly Demand[]): boolean {
  return room > 0 && demands.reduce((sum, demand) => sum + wantedBy(demand), 0) > room;
}

/** A task whose call is not out yet has its room already. @param upTo the lowest priority of what is counted besides */
function wantedBy({ inFlight, out, wants, by = [] }: Demand, upTo = Infinity): number {
  const counted = by.reduce((sum, [priority, each]) => (priority <= upTo ? sum + each : sum), 0);
  return Math.max(0, out - inFlight) + (upTo === Infinity ? wants : counted);
}

function rotated(all: readonly number[], first: number): number[] {
  const at = first % all.length;
  return [...all.slice(at), ...all.slice(0, at)];
}
