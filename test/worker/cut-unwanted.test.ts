import { expect, it, vi } from 'vitest';

import { cutUnwanted } from '../../src/worker/cut-unwanted.js';
import type { Orphan } from '../../src/worker/gateway-slots.js';
import { patienceMs } from '../support/patience.js';

/** Whether the call of a branch is cut, where Temporal tells so much of its execution. */
async function isCut(told: object | Error, activityId?: string): Promise<boolean> {
  const origin = { workflowId: 'review', runId: 'r1', activityId };
  let tell: (orphans: readonly Orphan[]) => void = () => {};
  const cutAsker = vi.fn<(asker: string) => void>();
  const describeWorkflowExecution = vi.fn<() => Promise<object>>(async () => {
    if (told instanceof Error) throw told;
    return told;
  });
  const connection = { workflowService: { describeWorkflowExecution } } as unknown as Parameters<typeof cutUnwanted>[1];
  cutUnwanted({ onOrphans: (listener) => (tell = listener), cutAsker }, connection, 'default');
  tell([
    { asker: 'review/r1/7', origin },
    { asker: 'review/r1/7', origin },
  ]);
  await vi.waitFor(() => expect(describeWorkflowExecution).toHaveBeenCalled(), patienceMs);
  await new Promise((resolve) => setImmediate(resolve));
  // One look for both.
  expect(describeWorkflowExecution).toHaveBeenCalledTimes(1);
  return cutAsker.mock.calls.length > 0;
}

function execution(status: number, activities: { activityId: string; state: number }[] = []): object {
  return { workflowExecutionInfo: { status }, pendingActivities: activities };
}

it.each([
  { what: 'waits for a worker', told: execution(1, [{ activityId: '7', state: 1 }]), cut: false },
  { what: 'is thought to be under way', told: execution(1, [{ activityId: '7', state: 2 }]), cut: false },
  { what: 'is asked to be cancelled', told: execution(1, [{ activityId: '7', state: 3 }]), cut: true },
  { what: 'is over', told: execution(1, [{ activityId: '8', state: 2 }]), cut: true },
  { what: 'is of a run that was terminated', told: execution(5), cut: true },
  { what: 'is of a run that nobody here knows', told: new Error('not found'), cut: false },
  { what: 'is of a run of which nothing is told', told: {}, cut: false },
])('has the call of a branch cut only where nobody wants it: its activity $what', async ({ told, cut }) => {
  expect(await isCut(told, '7')).toBe(cut);
});

it('has the call of a lane’s branch cut only when its run is over: another lane may have the branch', async () => {
  expect(await isCut(execution(1, [{ activityId: '8', state: 1 }]))).toBe(false);
  expect(await isCut(execution(1))).toBe(false);
  expect(await isCut(execution(4))).toBe(true);
});
