import type { Claim, ForeignLease } from './journal-store.js';

/** The steps of a claim, each of them atomic. */
export interface ClaimSteps {
  find(): Promise<Uint8Array | undefined>;
  /** Returns the lease in the way, if it could not be taken. */
  take(): Promise<ForeignLease | undefined>;
  release(): Promise<void>;
}

/**
 * A claim of a store that cannot make it in one step. The record may come between the look for it and the look at its lease:
 * it is looked for once more after that.
 */
export async function claimInSteps({ find, take, release }: ClaimSteps): Promise<Claim> {
  const found = await find();
  if (found !== undefined) return { record: found };
  const foreign = await take();
  const record = await find();
  if (record === undefined) return { foreign };
  if (foreign === undefined) await release();
  return { record };
}
