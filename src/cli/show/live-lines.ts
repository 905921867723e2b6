import { tallySoFar } from '../../client/index.js';
import type { PendingBranch, RunView } from '../../client/index.js';
import type { Ledger } from '../../contract/model-call.js';
import { formatDuration } from '../../contract/duration.js';
import type { tallyOf } from '../../contract/lanes.js';
import { formatCost, formatTokens } from './amounts.js';
import { barLines } from './bar-lines.js';
import { outcomeLine, widestKey } from './outcome-line.js';
import type { Situation } from './situation.js';
import { fitted, withEnd } from './terminal-rows.js';
import { joined, line, padded, paints, terminalLine } from './terminal-text.js';
import type { TerminalText } from './terminal-text.js';
import { whyWaiting } from './waiting-line.js';
import type { Screen } from '../world.js';

type Canvas = Pick<Screen, 'columns' | 'rows' | 'colour'>;
type Seen = Pick<
  RunView,
  'planned' | 'places' | 'total' | 'outcomes' | 'tally' | 'scheduled' | 'startedAtMs' | 'closedAtMs'
> &
  Partial<Pick<RunView, 'approvals' | 'ownLanes'>>;

/** Share of the screen's columns, and fewest of them, that a key may take: there has to be room for time, tokens and cost. */
const keyShare = 0.4;
const leastKey = 12;

/** Lines below those of the branches. */
const footerLines = 2;

/**
 * Draws a run in progress: a line for each branch where the screen has room, otherwise a bar and the branches that are at work or
 * not ok. Below stand the cost so far and why the run waits.
 *
 * LiveLines-1. No line is wider than the screen, and there are never more lines than it has rows: both would tear the picture.
 * LiveLines-2. Signs tell the same without colour.
 * LiveLines-3. There is no picture of a run of which nothing is known yet: its time has not begun.
 * LiveLines-4. A long key leaves room for what is told of its branch.
 */
export function liveLines(
  view: Seen,
  situation: Situation,
  screen: Canvas,
  { nowMs = Date.now(), followsText = false }: { nowMs?: number; followsText?: boolean } = {},
): TerminalText[] {
  if (view.startedAtMs === 0) return [];
  const { wide, grows = false } = view.planned;
  const isWide = wide !== undefined || (view.ownLanes?.size ?? 0) > 0;
  const tally = tallySoFar(view);
  const { total } = view;
  const elapsedMs = Math.max(1, (view.closedAtMs ?? nowMs) - view.startedAtMs);
  const why =
    view.closedAtMs === null
      ? whyWaiting(situation, { ended: tally.ended, total, unallowed: view.approvals?.size ?? 0, grows }, nowMs)
      : undefined;
  const waiting = why === undefined ? [] : [paints(screen.colour).dim(`now: ${why}`)];
  const room = Math.max(3, screen.rows - footerLines - 1);
  const each = wide === undefined ? branchLines(view, situation, { ...screen, followsText }, nowMs) : [];
  const lines =
    !isWide && each.length <= room
      ? [...each.map((row) => row.line), line`${footer(tally.ended, total, elapsedMs, tally)}`]
      : [...barLines({ tally, total, elapsedMs }, screen), ...telling(each, Math.max(0, room - 5))];
  return [...lines, ...waiting].map((row) => fitted(row, Math.max(20, screen.columns - 1)));
}

interface BranchLine {
  line: TerminalText;
  /** A smaller rank tells more. */
  rank: number;
}

/** Chooses the branches that tell most where there are too many: those that are not ok, tried again or at work. */
function telling(each: readonly BranchLine[], most: number): TerminalText[] {
  return each
    .filter(({ rank }) => rank < 3)
    .toSorted((one, other) => one.rank - other.rank)
    .slice(0, most)
    .map((row) => row.line);
}

function branchLines(
  view: Seen,
  { pending }: Situation,
  screen: Canvas & { followsText: boolean },
  nowMs: number,
): BranchLine[] {
  const longest = Math.max(leastKey, Math.floor(screen.columns * keyShare));
  const keyWidth = Math.min(longest, widestKey(view.places, longest));
  const shortKey = (key: string) => terminalLine(key, longest);
  const byKey = new Map(pending.map((branch) => [view.scheduled.get(branch.activityId)?.key, branch]));
  const { yellow } = paints(screen.colour);
  const unallowed = [...(view.approvals?.values() ?? [])].map((key) => ({
    line: yellow(line`? ${padded(shortKey(key), keyWidth)} waits for a person to allow it`),
    rank: 0,
  }));
  // What travels in lanes of somebody's own workflow is counted.
  const places = view.places.filter(({ index }) => view.ownLanes?.has(index) !== true);
  const each = places.map(({ key, index }) => {
    const outcome = view.outcomes.get(index);
    if (outcome !== undefined) {
      return {
        line: outcomeLine({ ...outcome, key: shortKey(key).text }, screen, keyWidth),
        rank: outcome.status === 'ok' ? 4 : 0,
      };
    }
    return pendingLine(padded(shortKey(key), keyWidth), byKey.get(key), screen, view.startedAtMs, nowMs);
  });
  return [...each, ...unallowed];
}

function pendingLine(
  name: TerminalText,
  branch: PendingBranch | undefined,
  screen: Canvas & { followsText: boolean },
  runStartedAtMs: number,
  nowMs: number,
): BranchLine {
  const { cyan, dim, yellow } = paints(screen.colour);
  const since = formatDuration(Math.max(0, nowMs - (branch?.sinceMs ?? runStartedAtMs)));
  const ledger = branch?.ledger;
  switch (branch?.state) {
    case 'running': {
      const told = joined(
        [line`${cyan(line`● ${name}`)} at work ${since}`, ...spent(ledger, ledger?.attempts ?? 1)],
        ' · ',
      );
      const { words = '' } = branch;
      const shown = screen.followsText && words !== '' ? withEnd(told, words, screen.columns - 1) : told;
      return { line: shown, rank: 2 };
    }
    case 'retrying': {
      const wait = formatDuration(Math.max(0, (branch.nextAttemptAtMs ?? nowMs) - nowMs));
      const { type = '', message = '' } = branch.lastFailure ?? {};
      const why = line`${type}: ${terminalLine(message, screen.columns)}`;
      const parts = [
        line`${yellow(line`↻ ${name}`)} again in ${wait}`,
        ...spent(ledger, (ledger?.attempts ?? 1) + 1),
        why,
      ];
      return { line: joined(parts, ' · '), rank: 1 };
    }
    default:
      return { line: dim(line`○ ${name} waiting for its turn ${since}`), rank: 3 };
  }
}

function spent(ledger: Ledger | undefined, attempt: number): string[] {
  const tokens = ledger !== undefined && ledger.usage.outputTokens > 0 ? [formatTokens(ledger.usage)] : [];
  return [...(attempt > 1 ? [`attempt ${attempt}`] : []), ...tokens];
}

function footer(
  ended: number,
  total: number,
  elapsedMs: number,
  { usage, costUsd }: Pick<ReturnType<typeof tallyOf>, 'usage' | 'costUsd'>,
): string {
  const cost = ended === 0 ? [] : [formatTokens(usage), formatCost(costUsd)];
  return [`${ended} of ${total} branches ended`, formatDuration(elapsedMs), ...cost].join(' · ');
}
