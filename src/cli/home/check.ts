import { FanfoldError } from '../../contract/errors.js';
import type { Finding } from './finding.js';

/** What one look has found. */
export interface Check {
  name: string;
  /** `note`: it works, and there is something to know about it. */
  state: 'ok' | 'note' | 'failed' | 'skipped';
  found: string;
  advice?: string;
}

/** Looks, and makes a finding of what it throws. */
export async function check(name: string, look: () => Promise<Finding>): Promise<Check> {
  try {
    return { name, state: 'ok', ...(await look()) };
  } catch (error) {
    const advice = error instanceof FanfoldError ? error.advice : undefined;
    return { name, state: 'failed', found: (error as Error).message, ...(advice !== undefined && { advice }) };
  }
}
