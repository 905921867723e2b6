import { cancelBranches, cancelInLanes, placesInLanes } from '../../client/index.js';
import type { RunView } from '../../client/index.js';
import { InputError } from '../../contract/errors.js';
import { lanesType } from '../../contract/names.js';
import { shellWord } from '../../fold/visible-text.js';
import type { Session } from '../home/session.js';

const notOneByOne = 'Questions in lanes of a workflow of your own cannot be cut one by one.';

/**
 * Cuts branches of an open run, and leaves the others alone.
 *
 * @returns their keys
 * @throws InputError where one of them has ended, is not there, or travels in lanes of somebody's own workflow
 */
export async function cutBranches(
  { client, store }: Pick<Session, 'client' | 'store'>,
  { workflowId, kind, planned: { wide }, ownLanes }: Pick<RunView, 'workflowId' | 'kind' | 'planned' | 'ownLanes'>,
  keys: readonly string[],
): Promise<string[]> {
  if (kind === lanesType) {
    throw new InputError(
      `Expected a run whose branches can be cut, got \`${workflowId}\`, lanes of a workflow. ${notOneByOne}`,
      `Cut all of them with \`fanfold cancel ${shellWord(workflowId)}\`.`,
    );
  }
  if (wide !== undefined) {
    return cancelInLanes(client, workflowId, { indices: await placesInLanes(wide, keys, store), keys });
  }
  try {
    return await cancelBranches(client, workflowId, keys);
  } catch (error) {
    if (!(error instanceof InputError) || ownLanes.size === 0) throw error;
    throw new InputError(`${error.message} ${notOneByOne}`, error.advice);
  }
}
