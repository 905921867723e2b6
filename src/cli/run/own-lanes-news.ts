import { amongAll, branchesInLanes } from '../../client/index.js';
import type { RunView } from '../../client/index.js';
import type { StoredBranch } from '../../contract/branch.js';
import { addTallies, tallyOf } from '../../contract/lanes.js';
import type { BranchStatus } from '../../contract/run.js';
import { withoutEnded } from '../../fold/failed-branches.js';
import type { BlobStore } from '../../store/blob-store.js';

/**
 * What lanes of somebody's own workflow report while it is followed.
 *
 * OwnLanesNews-1. Each outcome comes once, and once more where its branch was begun anew; it is in the view's tally from then on.
 * OwnLanesNews-2. Where a report is elsewhere nothing more comes of its lanes: they stand for their questions.
 */
export class OwnLanesNews {
  /** How many reports of each lanes have been read. */
  readonly #read = new Map<number, number>();
  readonly #ended = new Set<string>();
  readonly #lost = new Map<string, BranchStatus>();

  constructor(
    readonly view: RunView,
    readonly store: Pick<BlobStore, 'readText'>,
  ) {}

  /** The outcomes that have come since it was asked last. */
  async fresh(): Promise<StoredBranch[]> {
    const fresh: StoredBranch[] = [];
    for (const [lanes, { batches }] of this.view.ownLanes) {
      for (let at = this.#read.get(lanes) ?? 0; at < batches.length; at = this.#read.get(lanes) ?? 0) {
        this.#read.set(lanes, at + 1);
        const report = await this.store.readText(batches[at] as (typeof batches)[number]).catch(() => undefined);
        if (report === undefined) this.#read.set(lanes, Infinity);
        else fresh.push(...this.#counted(lanes, JSON.parse(report) as StoredBranch[]));
      }
    }
    return fresh;
  }

  /** What else became of the questions of lanes that have ended; `undefined` where it is no outcome of lanes, or they stand for them. */
  async rest({ index }: StoredBranch): Promise<StoredBranch[] | undefined> {
    const all = await branchesInLanes(this.view, index, false, this.store);
    return all?.filter(({ key }) => !this.#ended.has(key)).map((outcome) => this.#count(outcome));
  }

  #counted(lanes: number, told: readonly StoredBranch[]): StoredBranch[] {
    const isNews = ({ key }: StoredBranch) => !this.#ended.has(key) || this.#lost.has(key);
    return told
      .filter((outcome) => isNews(outcome))
      .map((outcome) => this.#count(amongAll(this.view, lanes, this.view.judged(outcome))));
  }

  #count(outcome: StoredBranch): StoredBranch {
    const { key, status } = outcome;
    const { view } = this;
    const before = this.#lost.get(key);
    view.tally = addTallies(before ? withoutEnded(view.tally, { [before]: 1 }) : view.tally, tallyOf([outcome]));
    this.#ended.add(key);
    if (status === 'ok') this.#lost.delete(key);
    else this.#lost.set(key, status);
    return outcome;
  }
}
