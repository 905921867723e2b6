import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { expect, it } from 'vitest';

import type { RunView } from '../../src/client/index.js';
import { cutBranches } from '../../src/cli/run/cut-branches.js';
import type { Session } from '../../src/cli/home/session.js';
import { nothingPlanned } from '../../src/plan/planned-run.js';

/** A server whose workflow has no branch that can be cut. */
const session = {
  client: {
    workflow: {
      getHandle: () => ({
        executeUpdate: () =>
          Promise.reject(new WorkflowUpdateFailedError('It failed.', ApplicationFailure.nonRetryable('None is open.'))),
      }),
    },
  },
} as unknown as Session;

const lanes = { chunks: [], batches: [] } as unknown as RunView['ownLanes'] extends ReadonlyMap<number, infer W>
  ? W
  : never;
const refusal = (kind: string, ownLanes: RunView['ownLanes']) =>
  cutBranches(session, { workflowId: 'w', kind, planned: nothingPlanned, ownLanes }, ['a']).catch(
    (error: Error) => error.message,
  );

it('says that questions in lanes of somebody’s own workflow are not cut one by one', async () => {
  const words = 'Questions in lanes of a workflow of your own cannot be cut one by one.';
  expect(await refusal('mine', new Map([[0, lanes]]))).toBe(`None is open. ${words}`);
  expect(await refusal('mine', new Map())).toBe('None is open.');
  expect(await refusal('lanes', new Map())).toBe(
    `Expected a run whose branches can be cut, got \`w\`, lanes of a workflow. ${words}`,
  );
});
