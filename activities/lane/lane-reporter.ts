import { reportOf } from '../../src/contract/lanes.js';
import type { Lane, LaneReport } from '../../src/contract/lanes.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import type { BlobStore } from '../../src/store/blob-store.js';

/**
 * Tells the workflow how branches of a lane have ended. A report covers several outcomes; the outcomes themselves are in the
 * store.
 *
 * LaneReporter-1. An outcome is in one report: in one that was sent, or in the rest.
 * LaneReporter-2. What could not be sent is in the next report.
 */
export class LaneReporter {
  readonly #timer: NodeJS.Timeout;
  #untold: StoredBranch[] = [];
  #sending: Promise<void> = Promise.resolve();

  constructor(
    readonly lane: Pick<Lane, 'reportEveryMs' | 'reportFailuresAtOnce'>,
    readonly store: Pick<BlobStore, 'putText'>,
    readonly send: (report: LaneReport) => Promise<void>,
  ) {
    this.#timer = setInterval(() => this.#tell(), lane.reportEveryMs);
  }

  add(outcome: StoredBranch): void {
    this.#untold.push(outcome);
    if (this.lane.reportFailuresAtOnce && outcome.status !== 'ok') this.#tell();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The outcomes that the workflow has not been told of, once every report that was sent has arrived. */
  async rest(): Promise<LaneReport | null> {
    this.stop();
    await this.#sending;
    const untold = this.#untold.splice(0);
    return untold.length === 0 ? null : this.#store(untold);
  }

  #tell(): void {
    this.#sending = this.#sending.then(async () => {
      const untold = this.#untold.splice(0);
      if (untold.length === 0) return;
      try {
        await this.send(await this.#store(untold));
      } catch {
        this.#untold.unshift(...untold);
      }
    });
  }

  async #store(outcomes: readonly StoredBranch[]): Promise<LaneReport> {
    const sorted = outcomes.toSorted((left, right) => left.index - right.index);
    const { sha256, bytes } = await this.store.putText(JSON.stringify(sorted));
    return reportOf({ sha256, bytes }, sorted);
  }
}
