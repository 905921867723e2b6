import { describe, expect, it } from 'vitest';

import type { StoredBranch } from '../../src/contract/branch.js';
import { addTallies, noTally, tallyOf } from '../../src/contract/lanes.js';
import { noLedger, outcomeOfAnswer } from '../../src/contract/outcome.js';
import { countText, noUsage } from '../../src/contract/usage.js';
import { isLaneReport } from '../../src/plan/schema/messages.js';
import { answeredBy, mostRows, progressTable } from '../../workflows/engine/progress-table.js';

function outcome(index: number, change: Partial<StoredBranch> = {}): StoredBranch {
  const answered = outcomeOfAnswer(
    { key: `b${index}`, index, queuedAtMs: 0 },
    { status: 'ok', model: 'claude-a', reused: false, savedUsd: 0, finishedAtMs: 9, ledger: noLedger },
  );
  return { ...answered, ...change };
}

function table(outcomes: readonly StoredBranch[], change: Partial<Parameters<typeof progressTable>[0]> = {}): string {
  const standing = {
    status: 'complete' as const,
    total: outcomes.length,
    ended: outcomes.length,
    branches: outcomes.map(({ key, index, status }) => ({ key, index, status })),
    offline: false,
    inLanes: { total: 0, tally: noTally },
    isCut: false,
    ...change,
  };
  const text = progressTable(standing, new Map(outcomes.map((each) => [each.index, each])));
  return text.replaceAll(/\u00A0/g, '');
}

describe('the page of a run in the Web UI', () => {
  it('says which branches came from the journal, how many, and who answered', () => {
    const text = table([outcome(0), outcome(1, { reused: true, savedUsd: 0.25 })]);
    expect(text).toMatch(
      /^\*\*complete\*\* · 2 of 2 branches ended · answered by claude\\?-a · 1 from the journal, \$0\.2500 saved\n/,
    );
    expect(text).toContain('| b1 | ok, journal |');
    expect(text).not.toContain('| answered by |');
  });

  it('names the model of each branch where several have answered', () => {
    const text = table([outcome(0), outcome(1, { model: 'claude-b' }), outcome(2, { model: 'claude-b' })]);
    expect(text).toMatch(/answered by claude\\?-a \\?\(1\\?\), claude\\?-b \\?\(2\\?\)/);
    expect(text).toContain('| branch | status | answered by | took | tokens | cost |');
    expect(text).toMatch(/\| b1 \| ok \| claude\\?-b \|/);
    const widths = text.split('\n').filter((each) => each.startsWith('|'));
    expect(new Set(widths.map((each) => each.split('|').length)).size).toBe(1);
  });

  it('has neither tokens nor a cost of a search or a tool, and thousands apart', () => {
    const { model: _, ...search } = outcome(0);
    const asked = outcome(1, { usage: { ...noUsage, inputTokens: 12_345 }, costUsd: 0.5 });
    const text = table([search, asked], { total: 1_002 });
    expect(text).toContain('2 of 1,002 branches ended');
    expect(text).toContain('| b0 | ok | 9 ms |  |  |');
    expect(text).toContain('| b1 | ok | 9 ms | 12,345 in, 0 out | $0.5000 |');
  });

  it('says that it was the offline model', () => {
    expect(table([outcome(0)], { offline: true })).toMatch(/answered by the offline model, in place of claude\\?-a/);
  });

  it('counts what travels in lanes, which has no row', () => {
    const tally = tallyOf([outcome(0), outcome(1, { reused: true, model: 'claude-b' })]);
    const text = table([outcome(0)], { total: 101, ended: 3, inLanes: { total: 100, tally } });
    expect(text).toMatch(/3 of 101 branches ended · 100 in lanes · answered by .*\(2.*\(1.* · 1 from the journal/);
  });

  it('fits into what Temporal keeps, 20 KB, with as many rows as it may have', () => {
    const long = 'x'.repeat(150);
    const all = Array.from({ length: mostRows }, (_, at) =>
      outcome(at, { key: `${long}${at}`, model: `claude-${at % 3}` }),
    );
    expect(Buffer.byteLength(table(all, { isCut: true }))).toBeLessThan(20_000);
    expect(table(all, { isCut: true })).toContain(`; the last ${mostRows}:`);
  });
});

describe('the sum of outcomes', () => {
  it('counts the answers of each model, and passes the door of the workflow', () => {
    const tally = addTallies(tallyOf([outcome(0)]), tallyOf([outcome(1), outcome(2, { model: 'claude-b' })]));
    expect(tally.models).toEqual({ 'claude-a': 2, 'claude-b': 1 });
    expect(isLaneReport({ lane: 0, blob: { sha256: 'a'.repeat(64), bytes: 1 }, indices: [[0, 2]], tally })).toBe(true);
    expect(addTallies(noTally, noTally)).toEqual(noTally);
    expect(answeredBy(noTally, true)).toEqual([]);
  });
});

it('counts have their thousands apart', () => {
  expect([0, 999, 1_000, 1_234_567].map(countText)).toEqual(['0', '999', '1,000', '1,234,567']);
});
