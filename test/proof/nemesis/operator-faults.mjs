import { setTimeout as sleep } from 'node:timers/promises';

import { livePresences } from '../../../dist/src/server/presence.js';
import { signalPid } from './strikes.mjs';

/** What people and commands do. @type {Record<string, import('./faults.mjs').Fault>} by the names that docs/reliability.md has */
export const operatorFaults = {
  'branch cancelled': {
    loses: () => false,
    strike: async ({ stage, random, runs }) => {
      const run = openOf(runs, random, ({ keys }) => keys !== undefined);
      if (run === undefined) return false;
      run.mayFail = true;
      // It may have ended meanwhile.
      await stage.command(['cancel', run.id, random.pick(run.keys)]);
    },
  },
  'failed branch begun anew': {
    loses: () => false,
    strike: async ({ stage, random, runs }) => {
      const run = openOf(runs, random, ({ isBatched }) => !isBatched);
      if (run === undefined) return false;
      run.mayFail = true;
      const marked = ({ request }) => JSON.stringify(request).includes(run.id);
      stage.books.script({ match: marked, times: 1, fault: { kind: 'status', status: 400 } });
      // The names of the faults are read where nothing of the product is needed.
      const { retryBranches } = await import('../../../dist/src/client/index.js');
      for (let tries = 1; tries <= 20; tries += 1) {
        await sleep(300);
        const begun = await stage
          .client()
          .then((client) => retryBranches(client, run.id, []))
          .catch(() => []);
        if (begun.length > 0) return;
      }
    },
  },
  'run cancelled': {
    loses: () => false,
    strike: async ({ stage, random, runs }) => {
      const open = runs.filter(
        (run) => run.isStarted && run.cancelledAtMs === undefined && run.endedAtMs === undefined,
      );
      if (open.length === 0 || runs.length < 2) return false;
      const run = random.pick(open);
      run.isCancelled = true;
      while ((await stage.command(['cancel', run.id])).code !== 0) await sleep(200);
      run.cancelledAtMs = Date.now();
    },
  },
  'run reset': {
    loses: () => true,
    strike: async ({ stage, random, runs }) => {
      const open = runs.filter((run) => run.isStarted && !run.isCancelled && run.endedAtMs === undefined);
      if (open.length === 0) return false;
      const run = random.pick(open);
      run.isReset = true;
      for (let tries = 1; tries <= 40; tries += 1) {
        try {
          const client = await stage.client();
          await client.workflowService.resetWorkflowExecution({
            namespace: 'default',
            workflowExecution: { workflowId: run.id },
            reason: 'nemesis',
            // A number does as well as the `Long` of the types.
            workflowTaskFinishEventId: /** @type {any} */ (4),
            requestId: `reset-${run.id}-${run.resets ?? 0}`,
          });
          run.resets = (run.resets ?? 0) + 1;
          return;
        } catch {
          await sleep(250);
        }
      }
      return false;
    },
  },
  'commands killed': {
    loses: () => false,
    strike: async ({ stage, runs }) => {
      const followed = runs.filter(({ isStarted }) => isStarted).map(({ id }) => stage.begin(['watch', id]));
      await sleep(700);
      for (const child of followed) child.kill('SIGKILL');
      for (const { role, pid } of await livePresences(stage.home)) {
        if (role === 'command') signalPid(pid, 'SIGKILL');
      }
    },
  },
};

/** One of the runs that are open, as far as anybody has seen. */
function openOf(runs, random, applies) {
  const open = runs.filter((run) => run.isStarted && !run.isCancelled && run.endedAtMs === undefined && applies(run));
  return open.length === 0 ? undefined : random.pick(open);
}
