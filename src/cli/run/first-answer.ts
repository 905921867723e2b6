import { firstAnswer } from '../../client/index.js';
import type { RunView } from '../../client/index.js';
import { formatDuration } from '../../contract/duration.js';
import type { OutputFlags } from './run-flags.js';
import { sayer } from '../home/session.js';
import type { Session } from '../home/session.js';
import type { World } from '../world.js';

/**
 * Tells the first answer as soon as there is one, where late branches amend it. A failure to tell does not matter: the run's
 * result has the answer.
 */
export async function tellFirstAnswer(
  session: Session,
  { workflowId, planned }: RunView,
  flags: OutputFlags,
  world: World,
  signal: AbortSignal,
): Promise<void> {
  if (flags.quiet || planned.policy?.late !== 'amend' || planned.policy.economy) return;
  try {
    const first = await firstAnswer(session.client, workflowId);
    if (first === undefined || signal.aborted) return;
    const ok = first.ok ?? first.keys.length;
    const keys = first.keys.length > 0 && first.keys.length <= 10 ? ` (${first.keys.join(', ')})` : '';
    sayer(
      world,
      flags.quiet,
    )(
      `first answer after ${formatDuration(first.elapsedMs)}: ${ok} of ${planned.total} branches ok${keys}; the others may amend it.`,
    );
  } catch {
    // The run may have ended, or its worker may be gone.
  }
}
