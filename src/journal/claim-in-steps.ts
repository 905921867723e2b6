import type { Claim, ForeignLease } from './journal-store.js';

/** The steps of a claim, each of them atomic. */
export interface ClaimSteps {
  find(): Promise<Uint8Array | undefined>;
  /** Takes the lease. Returns the lease in the way if that failed. */
  take(): Promise<ForeignLease | undefined>;
  release(): Promise<void>;
}

/**
 * Claims a key in a store that cannot do so in one step. The record may come between the look for it and the look at its lease,
 * so that it is looked for once more at the end.
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
