import type { Branch } from '../../contract/run.js';

/** Whether a model was asked: tools, sources and activities of one's own have no model, and take no tokens. */
export function asksModel({ model, usage, latency }: Branch): boolean {
  return model !== undefined || latency.modelMs > 0 || usage.inputTokens > 0;
}

/**
 * Milliseconds in which a branch was at work: its model, or what else it is. A tool or a source has no part of its own in the latency: its time is
 * what is left.
 */
export function workMsOf(branch: Branch): number {
  const { queuedMs, modelMs, retryWaitMs, totalMs } = branch.latency;
  return asksModel(branch) || branch.reused ? modelMs : Math.max(0, totalMs - queuedMs - retryWaitMs);
}

/** Tokens or cost of a branch; nothing where no model was asked and nothing was paid, for zeros would say that it had been asked for free. */
export function ofModel(branch: Branch, shown: string): string {
  return asksModel(branch) || branch.costUsd !== 0 ? shown : '';
}
