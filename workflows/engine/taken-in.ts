import { CancellationScope, condition, patched } from '@temporalio/workflow';

/**
 * Waits until all that has come with an update has been taken in.
 *
 * An update is heard first of all that a workflow task brings, be the other news older or not; and its validator may not wait. A handler
 * that judges by the state of branches waits here before it does.
 *
 * TakenIn-1. All jobs of an activation run before any microtask (`activate` in `@temporalio/workflow` 1.24.0, `worker-interface.ts`),
 *   and conditions are looked at again when the microtask queue is empty (`tryUnblockConditionsAndMicrotasks` in `@temporalio/worker`,
 *   `vm-shared.ts`): one that a microtask has made true is met when the news has gone as far as it goes, however long its way.
 * TakenIn-2. It makes no command but the patch's marker, and a run that is being cancelled gets through.
 */
export async function allIsTakenIn(): Promise<void> {
  if (!patched('updates-judged-last')) return formerly();
  let microtasksRun = false;
  void Promise.resolve().then(() => {
    microtasksRun = true;
  });
  await CancellationScope.nonCancellable(() => condition(() => microtasksRun));
}

/** What runs waited that were steered before there was the above: longer than news takes, unless branches wait for one another. */
async function formerly(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
}
