import { expect, it } from 'vitest';

import type { RunView } from '../../src/client/index.js';
import { cutBranches } from '../../src/cli/run/cut-branches.js';
import type { Session } from '../../src/cli/home/session.js';
import { nothingPlanned } from '../../src/plan/planned-run.js';

/** What the workflow is told that has such branches. */
async function told(view: Pick<RunView, 'kind' | 'ownInput'>, ...keys: string[]): Promise<unknown> {
  let args: unknown;
  const executeUpdate = (_: string, given: { args: unknown }) => {
    ({ args } = given);
    return Promise.resolve(keys);
  };
  const session = {
    client: { workflow: { getHandle: () => ({ executeUpdate }) } },
    store: { readText: async () => JSON.stringify(['a', 'b', 'c'].map((key) => ({ key, text: '' }))) },
  } as unknown as Session;
  await cutBranches(session, { workflowId: 'w', planned: nothingPlanned, ...view }, keys);
  return args;
}

it('tells a workflow of somebody’s own the keys, and lanes that it has begun the places', async () => {
  const plan = { chunks: [{ sha256: 'chunk', bytes: 1, count: 3 }], template: {} };
  expect(await told({ kind: 'mine', ownInput: {} }, 'b')).toEqual([{ keys: ['b'] }]);
  expect(await told({ kind: 'lanes', ownInput: { plan } }, 'c', 'a')).toEqual([{ indices: [2, 0], keys: ['c', 'a'] }]);
});

it('says which key is none of the lanes’', async () => {
  const refusal = told({ kind: 'lanes', ownInput: { plan: { chunks: [], template: {} } } }, 'x');
  await expect(refusal).rejects.toThrow('Expected keys of branches of the run, got `x`.');
});
