import { historyEvents, readRun, resolveBranch, RunView } from '../client/index.js';
import type { Execution } from '../client/index.js';
import type { StoredBranch } from '../contract/outcome.js';
import type { Run } from '../contract/run.js';
import { webUiUrl } from '../server/index.js';
import { showLive } from './live-view.js';
import { showPlain } from './plain-view.js';
import type { OutputFlags } from './run-flags.js';
import type { Session } from './session.js';
import type { World } from './world.js';

/**
 * Follows a run to its end, or until `signal` says to leave it, and shows its progress.
 *
 * @returns the run, or `null` when it was left
 */
export async function followRun(
  session: Session,
  execution: Execution,
  flags: OutputFlags,
  world: World,
  signal: AbortSignal,
): Promise<Run | null> {
  const view = new RunView(session.client, execution.workflowId);
  const show = world.stderr.isTerminal ? showLive : showPlain;
  const progress = flags.quiet ? undefined : show(session, view, world);
  const told = new Set<number>();
  const tell = async (outcome: StoredBranch) => {
    told.add(outcome.index);
    progress?.ended(outcome);
    if (flags.ndjson) world.stdout.write(`${JSON.stringify(await resolveBranch(outcome, session.store))}\n`);
  };
  try {
    for await (const event of historyEvents(session.client, execution, { wait: true, signal })) {
      const outcome = await view.apply(event);
      if (outcome !== undefined) await tell(outcome);
    }
    // Branches that had no activity of their own, such as those that were skipped, are known from the result only.
    const untold = view.result?.branches.filter(({ index }) => !told.has(index)) ?? [];
    for (const outcome of untold) {
      view.outcomes.set(outcome.index, outcome);
      await tell(outcome);
    }
  } finally {
    progress?.stop();
  }
  if (view.closed === null) return null;
  return readRun(view, session.store, webUiUrl(session.server, view.workflowId, view.runId));
}
