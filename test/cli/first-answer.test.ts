import { expect, it } from 'vitest';

import { tellFirstAnswer } from '../../src/cli/run/first-answer.js';
import type { Session } from '../../src/cli/home/session.js';
import type { World } from '../../src/cli/world.js';
import type { RunView } from '../../src/client/index.js';

/** How often the server is asked anything for a run with that policy. */
async function askedFor(late: 'amend' | 'cancel', quiet: boolean): Promise<number> {
  let asked = 0;
  const describe = () => {
    asked += 1;
    return Promise.reject(new Error('It has ended.'));
  };
  const session = { client: { workflow: { getHandle: () => ({ describe }) } } } as unknown as Session;
  const view = { workflowId: 'one', planned: { policy: { late } } } as unknown as RunView;
  await tellFirstAnswer(session, view, { quiet }, {} as World, new AbortController().signal);
  return asked;
}

it('asks about the first answer of a run that may be amended, and only where it is told', async () => {
  expect(await askedFor('amend', false)).toBe(1);
  expect(await askedFor('amend', true)).toBe(0);
  expect(await askedFor('cancel', false)).toBe(0);
});
