import { terminalLine } from './terminal-text.js';

/** What waits to be allowed, and how that is done. */
export function approvalLine(workflowId: string, { key, input }: { key: string; input: string }): string {
  return `${key} waits to be allowed: ${terminalLine(input, 200)} · fanfold approve ${workflowId} ${key} [--deny]`;
}
