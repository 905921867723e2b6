import type { HandBack, LaneMore } from '../../src/contract/lane-messages.js';
import type { Item, Lane } from '../../src/contract/lanes.js';
import { fromRanges, toRanges } from '../../src/contract/lanes.js';

/** Documents of one chunk that a lane carries. */
export interface LanePart {
  /** The lane, as if it carried this chunk. */
  lane: Lane;
  items: readonly Item[];
}

/** Documents of a chunk that a lane is given. */
export type ChunkOfLane = Pick<LaneMore, 'chunk' | 'firstIndex' | 'places'>;

/** The chunks of which a lane has documents: those that it was started with, and those that it was given since. */
export class LaneParts {
  readonly #parts: LanePart[] = [];

  constructor(readonly lane: Lane) {}

  add({ chunk, firstIndex }: ChunkOfLane, items: readonly Item[]): void {
    if (this.#parts.some(({ lane }) => lane.firstIndex === firstIndex)) return;
    this.#parts.push({ lane: { ...this.lane, chunk, firstIndex }, items });
  }

  /** @param index among all branches of the run */
  of(index: number): LanePart {
    const part = this.#parts.find(({ lane }) => isIn(lane, index));
    if (part === undefined) throw new Error(`The lane has no document ${index}.`);
    return part;
  }

  /** Indices as the workflow is told of them: places in the lane's first chunk, and the others. */
  told(indices: readonly number[]): Pick<HandBack, 'left' | 'leftOfMore'> {
    const { firstIndex } = this.lane;
    const isOwn = (index: number) => isIn(this.lane, index);
    const others = indices.filter((index) => !isOwn(index)).toSorted((one, other) => one - other);
    const left = indices.filter(isOwn).map((index) => index - firstIndex);
    return {
      left: toRanges(left.toSorted((one, other) => one - other)),
      ...(others.length > 0 && { leftOfMore: toRanges(others) }),
    };
  }
}

/** The documents' indices among all branches of the run. */
export function indicesOf({ firstIndex, places }: ChunkOfLane): number[] {
  return fromRanges(places).map((place) => firstIndex + place);
}

function isIn({ firstIndex, chunk }: Pick<Lane, 'firstIndex' | 'chunk'>, index: number): boolean {
  return index >= firstIndex && index < firstIndex + chunk.count;
}
