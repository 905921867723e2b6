import { noTally } from '../contract/lanes.js';
import type { Blob, Chunk } from '../contract/lanes.js';
import type { WideOutcomes } from '../contract/run-result.js';

/** What the input of the lanes' workflow says, as far as it is needed here. */
interface LanesInput {
  plan?: { chunks?: readonly Chunk[]; offline?: unknown };
  tells?: { number?: number };
}

/**
 * What lanes have told a workflow of somebody's own while they went on. Where they were cut there is no result of theirs, and this is all
 * that they have done.
 *
 * ToldLanes-1. A report counts once: after a reset what the lanes before have told is told again, and they had the same number.
 */
export class ToldLanes {
  readonly #reports = new Map<unknown, Blob[]>();
  /** Whether the offline model answers some of them. */
  offline = false;

  /** What becomes of the lanes that begin with this input: it grows with what they tell. */
  begin(input: unknown): WideOutcomes | undefined {
    const { plan, tells } = (input ?? {}) as LanesInput;
    if (plan?.chunks === undefined || tells?.number === undefined) return undefined;
    this.offline ||= plan.offline === true;
    return {
      chunks: plan.chunks,
      batches: this.#of(tells.number),
      tally: noTally,
      poisoned: [],
      others: { status: 'cancelled', message: 'The fan-out was cut before this branch had ended.' },
    };
  }

  /** Takes in the message of a signal. Anybody may send one: what is none is left out. */
  hear(message: unknown): void {
    const { to, reports } = (message ?? {}) as { to?: unknown; reports?: unknown };
    if (!Array.isArray(reports)) return;
    const known = this.#of(to);
    for (const report of reports as (Partial<Blob> | null)[]) {
      if (typeof report?.sha256 !== 'string' || typeof report.bytes !== 'number') continue;
      if (!known.some(({ sha256 }) => sha256 === report.sha256)) known.push(report as Blob);
    }
  }

  #of(number: unknown): Blob[] {
    const known = this.#reports.get(number) ?? [];
    this.#reports.set(number, known);
    return known;
  }
}
