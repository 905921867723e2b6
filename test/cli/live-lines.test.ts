import { describe, expect, it } from 'vitest';

import { liveLines as terminalLines } from '../../src/cli/show/live-lines.js';
import { outcomeLine } from '../../src/cli/show/outcome-line.js';
import { showPlain } from '../../src/cli/show/plain-view.js';
import { watchServer } from '../../src/cli/show/server-watch.js';
import { nothingKnown } from '../../src/cli/show/situation.js';
import type { Situation } from '../../src/cli/show/situation.js';
import { whyWaiting } from '../../src/cli/show/waiting-line.js';
import type { PendingBranch } from '../../src/client/index.js';
import { noTally } from '../../src/contract/lanes.js';
import type { LimiterSnapshot } from '../../src/contract/limiter.js';
import { outcomeOfAnswer, outcomeOfFailure } from '../../src/contract/outcome.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import type { TemporalServer } from '../../src/server/temporal-server.js';
import type { PlannedRun } from '../../src/plan/planned-run.js';
import { answerOf } from '../support/fake-model.js';

const liveLines = (...given: Parameters<typeof terminalLines>) => terminalLines(...given).map(({ text }) => text);

const now = Date.parse('2026-01-01T00:01:00Z');
const screen = { columns: 80, rows: 24, colour: false };

const limiter: LimiterSnapshot = {
  modelClass: 'claude-sonnet-5-5',
  ceiling: 50,
  cap: 8,
  inFlight: 0,
  learned: 0,
  waiting: 0,
  sent: 0,
  throttled: 0,
  overloaded: 0,
  gate: { is: 'open' },
  buckets: [],
};

const backlog = { taskQueue: 'fanfold-model', tasks: 0, oldestMs: 0, addedPerSecond: 0, takenPerSecond: 0, pollers: 1 };

function situationOf(change: Partial<Situation>): Situation {
  return { ...nothingKnown, ...change };
}

/** A run of so many branches, of which the first few have ended. */
function viewOf(total: number, ended: readonly StoredBranch[], change: { wide?: boolean } = {}) {
  const keys = Array.from({ length: total }, (_, index) => `view-${String(index + 1).padStart(3, '0')}`);
  const places = keys.map((key, index) => ({ key, index, queuedAtMs: now - 60_000 }));
  const planned = {
    keys,
    total,
    offline: false,
    policy: null,
    ...(change.wide && { wide: {} }),
  } as unknown as PlannedRun;
  return {
    planned,
    places,
    total,
    outcomes: new Map(ended.map((outcome) => [outcome.index, outcome])),
    tally: noTally,
    scheduled: new Map(places.map((place) => [place.key, place])),
    startedAtMs: now - 60_000,
    closedAtMs: null,
  };
}

function ok(index: number): StoredBranch {
  const place = { key: `view-${String(index + 1).padStart(3, '0')}`, index, queuedAtMs: now - 10_000 };
  return outcomeOfAnswer(place, { ...answerOf({ ...place, request: { model: 'm' } } as never), finishedAtMs: now });
}

function failed(index: number): StoredBranch {
  const place = { key: `view-${String(index + 1).padStart(3, '0')}`, index, queuedAtMs: now - 10_000 };
  return outcomeOfFailure(place, new Error('it broke'), now);
}

function pending(
  activityId: string,
  state: PendingBranch['state'],
  change: Partial<PendingBranch> = {},
): PendingBranch {
  return { activityId, state, sinceMs: now - 3_000, ...change };
}

describe('the picture of a run', () => {
  it('has a line for each branch, in input order, and what it costs so far', () => {
    const situation = situationOf({
      pending: [
        pending('view-002', 'running'),
        pending('view-003', 'retrying', {
          nextAttemptAtMs: now + 2_000,
          lastFailure: { type: 'Overloaded', message: '529' },
        }),
      ],
    });
    expect(liveLines(viewOf(4, [ok(0)]), situation, screen, { nowMs: now })).toEqual([
      '✓ view-001 10 s (10 s waiting) · 10 in, 5 out · $0.0010',
      '● view-002 at work 3.0 s',
      '↻ view-003 again in 2.0 s · attempt 2 · Overloaded: 529',
      '○ view-004 waiting for its turn 1 m',
      '1 of 4 branches ended · 1 m · 10 in, 5 out · $0.0010',
      'now: 1 to be tried again, the next in 2.0 s · 1 at work',
    ]);
  });

  it('leaves room beside a long key, and does not move the others for it (LiveLines-4)', () => {
    const view = viewOf(2, []);
    const [first, second] = view.places;
    if (first !== undefined) first.key = 'a-name-of-a-document-that-is-longer-than-any-screen-is-wide'.repeat(2);
    const shown = liveLines(
      { ...view, places: [first, second] as never },
      nothingKnown,
      { ...screen, columns: 60 },
      { nowMs: now },
    );
    expect(shown.slice(0, 2)).toEqual([
      '○ a-name-of-a-document-th… waiting for its turn 1 m',
      '○ view-002 waiting for its turn 1 m',
    ]);
  });

  it('has the newest words of an answer under way where that is wanted, as many as fit', () => {
    const words = `${'before '.repeat(40)}the last words`;
    const situation = situationOf({ pending: [pending('view-001', 'running', { words })] });
    const [shown = ''] = liveLines(viewOf(1, []), situation, screen, { nowMs: now, followsText: true });
    expect(shown).toMatch(/^● view-001 at work 3.0 s · ….*before the last words$/);
    expect(shown.length).toBeLessThan(screen.columns);
    expect(liveLines(viewOf(1, []), situation, screen, { nowMs: now })[0]).toBe('● view-001 at work 3.0 s');
  });

  it.each([3, 20, 21, 22, 200, 1_000])(
    'of %i branches never has more lines than the screen, nor wider ones (LiveLines-1)',
    (total) => {
      const view = viewOf(total, [failed(0), ok(1)]);
      const situation = situationOf({
        pending: view.places.slice(2).map(({ key }) => pending(key, 'running')),
        limiters: [{ ...limiter, gate: { is: 'closed', until: now + 9_000, reason: 'x'.repeat(300) } }],
        backlog: { ...backlog, tasks: 7, oldestMs: 4_000 },
      });
      const lines = liveLines(view, situation, screen, { nowMs: now });
      expect(lines.length).toBeLessThan(screen.rows);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(screen.columns);
    },
  );

  it('has a bar where there are too many, with speed, time left, cost, and first the branches that are not ok', () => {
    const view = viewOf(200, [ok(0), failed(1), ...Array.from({ length: 48 }, (_, at) => ok(at + 2))]);
    const situation = situationOf({ pending: [pending('view-100', 'running')] });
    const lines = liveLines(view, situation, screen, { nowMs: now });
    expect(lines[0]).toMatch(/^█{10}░{30} 50 of 200 · 1 m$/);
    expect(lines[1]).toBe('0.8 a second · about 3 m left · 490 in, 245 out · $0.0490');
    expect(lines[2]).toBe('1 failed');
    expect(lines[4]).toContain('✗ view-002 failed');
    expect(lines[5]).toContain('● view-100 at work');
    expect(lines.join('\n')).not.toContain('view-150');
  });

  it('of a run in lanes is a bar of what they have reported', () => {
    const view = { ...viewOf(0, [], { wide: true }), total: 100_000, tally: { ...noTally, ended: 40_000 } };
    expect(liveLines(view, nothingKnown, screen, { nowMs: now })[0]).toContain('40,000 of 100,000');
  });
});

describe('the picture of a run of which little is known', () => {
  it('is empty before its first event: its time has not begun (LiveLines-3)', () => {
    expect(liveLines({ ...viewOf(0, []), startedAtMs: 0 }, nothingKnown, screen, { nowMs: now })).toEqual([]);
  });

  it('shows calls that wait for a person beside its branches, and says what it waits for', () => {
    const view = { ...viewOf(1, [ok(0)]), total: 2, approvals: new Map([['9', 'send_mail-1']]) };
    expect(liveLines(view, nothingKnown, screen, { nowMs: now })).toEqual([
      expect.stringContaining('✓ view-001'),
      '? send_mail-1 waits for a person to allow it',
      expect.stringMatching(/^1 of 2 branches ended/),
      'now: a person has to allow 1 call',
    ]);
  });
});

describe('what a branch’s line says of its time', () => {
  const latency = { queuedMs: 9_000, modelMs: 3_000, retryWaitMs: 0, totalMs: 12_000 };

  it('splits waiting from working where the wait is long', () => {
    const { text } = outcomeLine({ ...ok(0), latency }, screen);
    expect(text).toContain('12 s (9.0 s waiting)');
  });

  it('keeps a short wait to itself', () => {
    expect(outcomeLine({ ...ok(0), latency: { ...latency, queuedMs: 900 } }, screen).text).not.toContain('waiting');
  });
});

describe('why a run waits', () => {
  const standing = { ended: 1, total: 4 };

  it.each<[string, Partial<Situation>, string]>([
    [
      'a closed gate',
      { limiters: [{ ...limiter, gate: { is: 'closed', until: now + 3_000, reason: 'told to wait (429)' } }] },
      'limiter of claude-sonnet-5-5 closed for 3.0 s: told to wait (429)',
    ],
    [
      'a shut gate',
      { limiters: [{ ...limiter, gate: { is: 'shut', reason: 'the spend limit' } }] },
      'limiter of claude-sonnet-5-5 shut: the spend limit',
    ],
    [
      'a limit that is used up',
      {
        limiters: [
          { ...limiter, buckets: [{ name: 'input-tokens', limit: 100, remaining: 0, refillsAtMs: now + 12_000 }] },
        ],
      },
      'input-tokens used up, full again in 12 s',
    ],
    ['the cap', { limiters: [{ ...limiter, inFlight: 8, waiting: 3 }] }, '8 of 8 calls in flight, 3 wait'],
    [
      'the queue',
      { backlog: { ...backlog, tasks: 12, oldestMs: 5_000 } },
      '12 in the task queue, the oldest for 5.0 s',
    ],
    ['no worker', { backlog: { ...backlog, pollers: 0 } }, 'no worker takes from fanfold-model'],
    ['the model', { pending: [pending('a', 'running')] }, '1 at work'],
  ])('names %s', (_, change, expected) => expect(whyWaiting(situationOf(change), standing, now)).toBe(expected));

  it('names the fan-in once every branch has ended', () => {
    expect(whyWaiting(nothingKnown, { ended: 4, total: 4 }, now)).toBe('folding the answers in');
    expect(whyWaiting(nothingKnown, { ended: 4, total: 4, grows: true }, now)).toBe('the next step');
  });

  it('says nothing where nothing holds it back', () => {
    expect(whyWaiting(nothingKnown, standing, now)).toBeUndefined();
  });
});

/** A screen that keeps what is written. */
function kept() {
  const written: string[] = [];
  return { written, stderr: { colour: false, write: ({ text }: { text: string }) => written.push(text) } as never };
}

it('counts on in a log what was told before a reset', () => {
  const { written, stderr } = kept();
  const view = { ...viewOf(4, [ok(0), ok(1), ok(2)]), runId: '', approvals: new Map() } as never;
  const progress = showPlain({} as never, view, { stderr }, new Set([ok(0).key, ok(1).key]));
  progress.ended(ok(2));
  progress.stop();
  expect(written.join('')).toMatch(/^\[3\/4\] ✓ view-003 .*\n$/);
});

describe('a server of one’s own', () => {
  const unavailable = Object.assign(new Error('14 UNAVAILABLE'), { code: 14, details: '', metadata: {} });
  const denied = Object.assign(new Error('7 PERMISSION_DENIED'), { code: 7, details: '', metadata: {} });

  /** What is said of a server that answers so, and then as it did last. */
  async function said(
    kind: TemporalServer['kind'],
    answers: readonly (Error | undefined)[],
    other = new Promise(() => {}),
  ): Promise<string> {
    const { written, stderr } = kept();
    let asked = 0;
    let isAsked = () => {};
    const getSystemInfo = async () => {
      asked += 1;
      if (asked > answers.length) isAsked();
      const answer = answers[Math.min(asked, answers.length) - 1];
      if (answer !== undefined) throw answer;
    };
    const connection = { withDeadline: (_: number, ask: () => unknown) => ask(), workflowService: { getSystemInfo } };
    const allAsked = new Promise<void>((resolve) => (isAsked = resolve));
    const stop = watchServer({ kind, address: 'made.up:7233' }, { connection } as never, stderr, 1);
    await Promise.race([allAsked, other]);
    stop();
    return written.join('');
  }

  it('is told of when it no longer answers, and when it does again, once each', async () => {
    const gone = 'fanfold: the Temporal server at made.up:7233 does not answer, and is waited for.\n';
    const back = 'fanfold: the Temporal server at made.up:7233 answers again.\n';
    expect(await said('configured', [undefined, unavailable, unavailable])).toBe(gone);
    expect(await said('default-port', [unavailable, unavailable, undefined])).toBe(gone + back);
  });

  it('is not told of while it answers, if with a refusal; nor is the embedded one', async () => {
    const answering = said('configured', [undefined, denied, denied]);
    expect(await said('embedded', [unavailable], answering)).toBe('');
    expect(await answering).toBe('');
  });
});
