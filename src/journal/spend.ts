/** Whose money it was, and when. */
export interface SpendKey {
  /** `YYYY-MM-DD` in UTC. */
  day: string;
  /** Names the run; empty where there was none. */
  run: string;
  client: string;
  model: string;
}

/** What calls with one key have cost, all of them together. */
export interface Spend extends SpendKey {
  calls: number;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  /** US dollars, as far as prices are known. */
  costUsd: number;
  /** Calls whose price is not known. */
  unpriced: number;
  /** Calls that ended before the API had told all that it charges for. */
  untold: number;
}

/** The day of a time, in UTC. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
