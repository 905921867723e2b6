import { addTallies, noTally } from '../contract/lanes.js';
import type { LaneReport, Tally } from '../contract/lanes.js';
import { FailedBranches, withoutEnded } from '../fold/failed-branches.js';
import type { Carried } from './event-facts.js';

export type { LaneReport, Tally } from '../contract/lanes.js';

/** What the lanes of a wide run have reported. */
export class ReportedLanes {
  /** In the order in which they came. */
  readonly reports: Pick<LaneReport, 'blob'>[] = [];
  /** Their sum. */
  tally: Tally = noTally;
  readonly #failed = new FailedBranches();

  /** Takes in what lanes had reported before the first execution that is seen here. */
  carry({ tally = noTally, failed, batches = [] }: Carried): void {
    this.tally = tally;
    this.#failed.add(failed);
    this.reports.push(...batches.map((blob) => ({ blob })));
  }

  add(report: LaneReport): void {
    this.reports.push(report);
    this.tally = addTallies(withoutEnded(this.tally, this.#failed.forget(report.indices)), report.tally);
    this.#failed.add(report.failed);
  }
}
