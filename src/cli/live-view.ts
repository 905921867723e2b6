import { createLogUpdate } from 'log-update';
import pc from 'picocolors';

import { pendingBranches } from '../client/index.js';
import type { PendingBranch, RunView } from '../client/index.js';
import { formatDuration } from '../contract/duration.js';
import { outcomeLine } from './outcome-line.js';
import type { ProgressView } from './progress-view.js';
import type { Session } from './session.js';
import { terminalLine } from './terminal-text.js';
import type { Screen, World } from './world.js';

/** Milliseconds between two pictures, and between two looks at what the server says is pending. */
const frameMs = 100;
const pollMs = 400;

/** Progress for a terminal: a line for each branch with its state, attempt and time, redrawn in place. */
export function showLive(session: Session, view: RunView, world: World): ProgressView {
  const draw = createLogUpdate(world.stderr.stream as never);
  let pending: PendingBranch[] = [];
  let polling = false;
  const poll = async () => {
    if (polling || view.runId === '') return;
    polling = true;
    pending = await pendingBranches(session.client, view).catch(() => pending);
    polling = false;
  };
  const picture = () => draw(lines(view, pending, world.stderr).join('\n'));
  const timers = [setInterval(picture, frameMs), setInterval(() => void poll(), pollMs)];
  void poll();
  return {
    ended: picture,
    stop(): void {
      timers.forEach(clearInterval);
      picture();
      draw.done();
    },
  };
}

function lines(view: RunView, pending: readonly PendingBranch[], screen: Screen): string[] {
  const keyWidth = Math.max(0, ...view.planned.keys.map((key) => key.length));
  const byKey = new Map(pending.map((branch) => [view.scheduled.get(branch.activityId)?.key, branch]));
  const branches = view.planned.keys.map((key, index) => {
    const outcome = view.outcomes.get(index);
    return outcome === undefined
      ? pendingLine(key, byKey.get(key), screen, keyWidth, view.startedAtMs)
      : outcomeLine(outcome, screen, keyWidth);
  });
  return [...branches, footer(view)].map((line) => line.slice(0, Math.max(40, screen.columns * 2)));
}

function pendingLine(
  key: string,
  branch: PendingBranch | undefined,
  screen: Screen,
  keyWidth: number,
  runStartedAtMs: number,
): string {
  const { cyan, dim, yellow } = pc.createColors(screen.colour);
  const name = key.padEnd(keyWidth);
  const since = formatDuration(Math.max(0, Date.now() - (branch?.sinceMs ?? runStartedAtMs)));
  switch (branch?.state) {
    case 'running':
      return `${cyan(`● ${name}`)} asking the model ${since}${attempt(branch)}`;
    case 'retrying': {
      const wait = formatDuration(Math.max(0, (branch.nextAttemptAtMs ?? Date.now()) - Date.now()));
      const why = terminalLine(branch.lastFailure?.message ?? '', Math.max(20, screen.columns - keyWidth - 40));
      return `${yellow(`↻ ${name}`)} again in ${wait}${attempt(branch)} · ${branch.lastFailure?.type}: ${why}`;
    }
    default:
      return dim(`○ ${name} waiting for its turn ${since}`);
  }
}

function attempt({ attempt: number }: PendingBranch): string {
  return number > 1 ? ` · attempt ${number}` : '';
}

function footer(view: RunView): string {
  const elapsed = formatDuration(Math.max(0, (view.closedAtMs ?? Date.now()) - view.startedAtMs));
  return `${view.outcomes.size} of ${view.planned.keys.length} branches ended · ${elapsed}`;
}
