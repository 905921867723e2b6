import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';

import type { RunStatus } from '../../src/contract/run.js';
import { attributeKeys } from './attribute-keys.js';

/** Sets the search attributes of a run that begins: its kind, its status and its number of branches. */
export function showBegun(branches: number): void {
  upsertSearchAttributes([
    { key: attributeKeys.kind, value: workflowInfo().workflowType },
    { key: attributeKeys.status, value: 'running' },
    { key: attributeKeys.branches, value: branches },
  ]);
}

/**
 * Sets the search attributes of a run that ends: its status and its cost.
 *
 * @param costUsd in US dollars at list price; `null` where a price is not known
 * @param branches how many it came to have, where that was not known when it began
 */
export function showEnded(status: RunStatus, costUsd: number | null, branches?: number): void {
  upsertSearchAttributes([
    { key: attributeKeys.status, value: status },
    { key: attributeKeys.costUsd, value: costUsd },
    ...(branches === undefined ? [] : [{ key: attributeKeys.branches, value: branches }]),
  ]);
}
