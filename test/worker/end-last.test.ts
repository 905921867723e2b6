import { expect, it, vi } from 'vitest';

import { endLast } from '../../src/worker/end-last.js';

/** A worker that can be told to end. */
function worker() {
  const shutdown = vi.fn<() => void>();
  return { shutdown, getState: () => (shutdown.mock.calls.length > 0 ? 'STOPPING' : 'RUNNING') as 'RUNNING' };
}

it('serves workflows until what lanes have left is handed out', async () => {
  const workflows = worker();
  let end = () => {};
  const lanes = new Promise<void>((ended) => (end = ended));
  const ending = endLast(workflows, [lanes], { handOutMs: 1, mostMs: 60_000 });
  await new Promise((resolve) => setImmediate(resolve));
  expect(workflows.shutdown).not.toHaveBeenCalled();
  end();
  await ending;
  expect(workflows.shutdown).toHaveBeenCalledOnce();
});

it('waits no longer for one that does not end, or has failed', async () => {
  const failed = Promise.reject(new Error('gone'));
  failed.catch(() => {});
  for (const other of [new Promise<void>(() => {}), failed]) {
    const workflows = worker();
    await endLast(workflows, [other], { handOutMs: 1, mostMs: 1 });
    expect(workflows.shutdown).toHaveBeenCalledOnce();
  }
});
