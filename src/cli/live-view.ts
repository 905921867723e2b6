import { createLogUpdate } from 'log-update';
import pc from 'picocolors';
import sliceAnsi from 'slice-ansi';

import { pendingBranches } from '../client/index.js';
import type { PendingBranch, RunView } from '../client/index.js';
import type { Ledger } from '../contract/activities.js';
import { formatDuration } from '../contract/duration.js';
import { formatTokens } from './amounts.js';
import { wideLines } from './wide-lines.js';
import { outcomeLine } from './outcome-line.js';
import type { ProgressView } from './progress-view.js';
import type { Session } from './session.js';
import { terminalLine } from './terminal-text.js';
import type { Screen, World } from './world.js';

/** Milliseconds between two pictures, and between two looks at what the server says is pending. */
const frameMs = 100;
const pollMs = 400;

/** Progress for a terminal: a line for each branch with its state, attempt, time and tokens, redrawn in place. */
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
  // What is said meanwhile goes above the picture, which it would tear otherwise.
  const restore = world.stderr.redirect((text) => draw.persist(text.trimEnd()));
  const picture = () => draw(lines(view, pending, world.stderr).join('\n'));
  const timers = [setInterval(picture, frameMs), setInterval(() => void poll(), pollMs)];
  void poll();
  return {
    wantsEach: false,
    ended: picture,
    stop(): void {
      timers.forEach(clearInterval);
      picture();
      draw.done();
      restore();
    },
  };
}

function lines(view: RunView, pending: readonly PendingBranch[], screen: Screen): string[] {
  if (view.planned.wide !== undefined) return wideLines(view, screen);
  const keyWidth = Math.max(0, ...view.places.map(({ key }) => key.length));
  const byKey = new Map(pending.map((branch) => [view.scheduled.get(branch.activityId)?.key, branch]));
  const branches = view.places.map(({ key, index }) => {
    const outcome = view.outcomes.get(index);
    return outcome === undefined
      ? pendingLine(key.padEnd(keyWidth), byKey.get(key), screen, view.startedAtMs)
      : outcomeLine(outcome, screen, keyWidth);
  });
  // A line that wraps would be erased only in part.
  return [...branches, footer(view)].map((line) => sliceAnsi(line, 0, Math.max(20, screen.columns - 1)));
}

function pendingLine(name: string, branch: PendingBranch | undefined, screen: Screen, runStartedAtMs: number): string {
  const { cyan, dim, yellow } = pc.createColors(screen.colour);
  const since = formatDuration(Math.max(0, Date.now() - (branch?.sinceMs ?? runStartedAtMs)));
  const ledger = branch?.ledger;
  switch (branch?.state) {
    case 'running':
      return [`${cyan(`● ${name}`)} at work ${since}`, ...spent(ledger, ledger?.attempts ?? 1)].join(' · ');
    case 'retrying': {
      const wait = formatDuration(Math.max(0, (branch.nextAttemptAtMs ?? Date.now()) - Date.now()));
      const { type = '', message = '' } = branch.lastFailure ?? {};
      const why = `${type}: ${terminalLine(message, screen.columns)}`;
      return [`${yellow(`↻ ${name}`)} again in ${wait}`, ...spent(ledger, (ledger?.attempts ?? 1) + 1), why].join(
        ' · ',
      );
    }
    default:
      return dim(`○ ${name} waiting for its turn ${since}`);
  }
}

function spent(ledger: Ledger | undefined, attempt: number): string[] {
  const tokens = ledger !== undefined && ledger.usage.outputTokens > 0 ? [formatTokens(ledger.usage)] : [];
  return [...(attempt > 1 ? [`attempt ${attempt}`] : []), ...tokens];
}

function footer(view: RunView): string {
  const elapsed = formatDuration(Math.max(0, (view.closedAtMs ?? Date.now()) - view.startedAtMs));
  return `${view.outcomes.size} of ${Math.max(view.planned.total, view.places.length)} branches ended · ${elapsed}`;
}
