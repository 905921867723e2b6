import type { Run } from '../contract/run.js';

/** Whether the offline model has answered in a run: a search asks none, and a call that broke off has no answer. */
export function answeredOffline({ offline, usage, savedUsd, branches }: Run): boolean {
  return offline && (usage.outputTokens > 0 || savedUsd > 0 || branches.some(({ model }) => model !== undefined));
}
