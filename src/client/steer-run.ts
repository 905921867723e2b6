import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';

import type { Decision } from '../fold/approval.js';
import { InputError } from '../contract/errors.js';
import { lanesType, updateNames } from '../contract/names.js';
import { shellWord } from '../fold/visible-text.js';
import { noSuchRun } from './history.js';

/**
 * Allows or refuses calls of an agent that wait for it.
 *
 * @returns the keys that were decided
 * @throws FanfoldError `NoSuchRun`; InputError where none of them waits
 */
export function approveRun(client: Client, workflowId: string, decision: Decision): Promise<string[]> {
  return update(client, workflowId, updateNames.approve, decision);
}

/**
 * Cuts branches of an open run, and leaves the others alone.
 *
 * @returns their keys
 * @throws FanfoldError `NoSuchRun`; InputError where one of them has ended, or there is none of that key
 */
export function cancelBranches(client: Client, workflowId: string, keys: readonly string[]): Promise<string[]> {
  return update(client, workflowId, updateNames.cancelBranch, { keys });
}

/**
 * Cuts branches of an open run in lanes, and leaves the others alone. Those that have not begun are not asked.
 *
 * @param indices their places in input order, from 0: see `placesInLanes`
 * @param keys what they are called, in the same order
 * @returns their keys
 * @throws FanfoldError `NoSuchRun`; InputError where one of them has ended
 */
export function cancelInLanes(
  client: Client,
  workflowId: string,
  { indices, keys }: { indices: readonly number[]; keys: readonly string[] },
): Promise<string[]> {
  return update(client, workflowId, updateNames.cancelBranch, { indices, keys });
}

/**
 * Begins branches of an open run anew that have ended and are not ok.
 *
 * @param keys all of them where there is none
 * @returns the keys of those that were begun anew
 * @throws FanfoldError `NoSuchRun`; InputError where one of them is ok or has not ended
 */
export function retryBranches(client: Client, workflowId: string, keys: readonly string[] = []): Promise<string[]> {
  return update(client, workflowId, updateNames.retryFailed, keys.length > 0 ? { keys } : {});
}

/**
 * Begins branches of somebody's own open workflow anew that have ended and are not ok: those that travel in lanes, too.
 *
 * @returns the keys of those that were begun anew, and of lanes how many they are, in words
 * @throws FanfoldError `NoSuchRun`; InputError where there is none
 */
export async function retryOwnBranches(client: Client, workflowId: string): Promise<string[]> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const children = raw.pendingChildren ?? [];
  const lanes = children.flatMap(({ workflowId: id, workflowTypeName: type }) =>
    id && type === lanesType ? [id] : [],
  );
  const begun: string[] = [];
  let refusal: unknown;
  for (const id of [...lanes, workflowId]) {
    try {
      begun.push(...(await retryBranches(client, id)));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      refusal = error;
    }
  }
  if (begun.length === 0) throw refusal;
  return begun;
}

async function update(client: Client, workflowId: string, name: string, argument: object): Promise<string[]> {
  try {
    return await client.workflow.getHandle(workflowId).executeUpdate<string[], [object]>(name, { args: [argument] });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw noSuchRun(workflowId);
    if (error instanceof WorkflowUpdateFailedError) {
      throw new InputError((error.cause ?? error).message, `See \`fanfold show ${shellWord(workflowId)}\`.`);
    }
    throw error;
  }
}
