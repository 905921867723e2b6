import { randomUUID } from 'node:crypto';

import type { Client } from '@temporalio/client';
import { expect, it, vi } from 'vitest';

import { listRuns, retryOwnBranches } from '../../src/client/index.js';
import { cutByKey } from '../../src/contract/outcome.js';
import { patienceMs } from '../support/patience.js';
import type { overItems } from './own.workflow.js';
import { cutRun, runNow } from './reading.js';

interface Stage {
  client: Client;
  taskQueue: string;
  /** What has the outcomes of lanes. */
  store: unknown;
  /** Questions that were asked, since somebody has taken them out. */
  asked: { prompt: string }[];
}

/** Runs of workflows of one's own that are cancelled, steered and continued under way. @param stage once it is there */
export function testSteered(stage: () => Stage): void {
  it('keeps what lanes have done that are under way when it is cancelled (OwnBranches-3)', async () => {
    const { client, asked, ...place } = stage();
    const args = [['at once', ...Array.from({ length: 60 }, () => 'never')]];
    const { status, branches } = await cutRun(client, { type: 'overItems', args, ...place }, asked);
    expect([status, branches[0]?.output, branches[60]?.status]).toEqual(['cancelled', 'to 0: at once', 'cancelled']);
  });

  it('begins failed questions in lanes anew, and cuts single ones by their keys (LanesRun-1, CutInLanes-3)', async () => {
    const { client, taskQueue, store, asked } = stage();
    const items = Array.from({ length: 60 }, (_, at) => (at === 7 ? 'fails' : at > 57 ? 'never' : `item ${at}`));
    const workflowId = `steered-${randomUUID()}`;
    asked.length = 0;
    const handle = await client.workflow.start('overItems', { workflowId, taskQueue, args: [items] });
    const ended = async () => (await runNow(client, handle, store)).branches;
    await vi.waitFor(async () => expect(await ended()).toHaveLength(58), patienceMs);
    expect((await ended())[7]).toMatchObject({ key: '#7', status: 'failed' });
    const steer = (name: string, keys: string[]) =>
      handle.executeUpdate<string[], [object]>(name, { args: [{ keys }] });
    const refused = (message: string) => ({ cause: { message: expect.stringContaining(message) } });
    await expect(steer('retryFailed', ['#7'])).rejects.toMatchObject(refused('got `#7`, which travels in lanes'));
    expect(await retryOwnBranches(client, workflowId)).toEqual(['1 branch']);
    const again = () => expect(asked.filter(({ prompt }) => prompt === '7: fails')).toHaveLength(2);
    await vi.waitFor(again, patienceMs);
    const open = 'Expected a branch that has not ended (2 in lanes), got';
    for (const key of ['#0', 'strange']) {
      await expect(steer('cancelBranch', [key])).rejects.toMatchObject(refused(`${open} \`${key}\``));
    }
    expect(await steer('cancelBranch', ['#58', '#59'])).toEqual(['#58', '#59']);
    const { outcomes, order } = (await handle.result()) as Awaited<ReturnType<typeof overItems>>;
    expect(outcomes.slice(57)).toEqual([
      '57 ok "to 57: item 57"',
      '58 cancelled: Cancelled',
      '59 cancelled: Cancelled',
    ]);
    expect(order.filter((key) => key === '7')).toEqual(['7', '7']);
    expect((await ended())[58]).toMatchObject({ status: 'cancelled', error: { message: cutByKey } });
  });

  it('tells its next execution what it has had, whatever memo that is given, for a list of all', async () => {
    const { client, taskQueue } = stage();
    const workflowId = `in-turn-${randomUUID()}`;
    const memo = { fanfold: { offline: true } };
    await client.workflow.execute('inTurn', { taskQueue, memo, workflowId, args: [3, 'fails'] });
    const query = `WorkflowId = '${workflowId}' AND ExecutionStatus = 'Completed'`;
    const listed = () => listRuns(client, { limit: 1, everyType: true, query });
    const earlier = { branches: 3, costUsd: 0, partial: true };
    await vi.waitFor(async () => expect(await listed()).toMatchObject([{ offline: true, earlier }]), patienceMs);
    expect((await client.workflow.getHandle(workflowId).describe()).memo).toMatchObject({ mine: 1 });
  });
}
