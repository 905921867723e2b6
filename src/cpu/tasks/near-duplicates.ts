import { nearlySame, resemblance, shinglesOf } from '../../fold/resemblance.js';

/**
 * Sizes of MinHash: 128 values in 32 bands of 4. At a resemblance of 0.9 a pair is missed once in 10^14; at 0.5 it is looked at
 * in 87 %.
 */
const hashes = 128;
const bands = 32;
const rows = hashes / bands;

/**
 * The index, for each text, of the first text that is nearly the same: its own where there is no earlier one. MinHash with
 * banding finds candidates, and comparing their word sequences decides. The time grows with the texts, not with their pairs.
 */
export function nearDuplicates(texts: readonly string[]): number[] {
  const shingles = texts.map((text) => shinglesOf(text, nearlySame.documents.words));
  const buckets = new Map<string, number[]>();
  return texts.map((_, index) => {
    const own = shingles[index] ?? new Set<number>();
    const signature = signatureOf(own);
    const keys = Array.from({ length: bands }, (_band, band) =>
      [band, ...signature.subarray(band * rows, (band + 1) * rows)].join(),
    );
    const candidates = new Set(keys.flatMap((key) => buckets.get(key) ?? []));
    const found = [...candidates]
      .toSorted((one, other) => one - other)
      .find((other) => resemblance(own, shingles[other] ?? new Set()) >= nearlySame.documents.share);
    if (found !== undefined) return found;
    // Only the first text of its kind is in the index.
    for (const key of keys) buckets.set(key, [...(buckets.get(key) ?? []), index]);
    return index;
  });
}

/** The least value of any shingle, for each hash function. */
function signatureOf(shingles: ReadonlySet<number>): Uint32Array {
  const least = new Uint32Array(hashes).fill(0xffffffff);
  for (const shingle of shingles) {
    for (let at = 0; at < hashes; at += 1) {
      const value = mixed(shingle ^ Math.imul(at + 1, 0x9e3779b1));
      if (value < (least[at] ?? 0)) least[at] = value;
    }
  }
  return least;
}

/** MurmurHash3's finaliser. */
function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
