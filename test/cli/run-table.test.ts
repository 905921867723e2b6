import { describe, expect, it } from 'vitest';

import { runTable } from '../../src/cli/show/run-table.js';
import { columnsOf } from '../../src/cli/show/columns-of.js';
import type { RunRow } from '../../src/cli/show/run-table.js';

const now = Date.parse('2026-01-02T00:00:00Z');

function row(change: Partial<RunRow> = {}): RunRow {
  return {
    workflowId: 'perspectives-0a1b2c3d',
    runId: 'r',
    kind: 'perspectives',
    status: 'complete',
    branches: 4,
    costUsd: 0.0267,
    startedAt: '2026-01-01T23:57:00.000Z',
    closedAt: null,
    retries: null,
    title: 'service-agreement.md: legal, technical, financial, security',
    offline: false,
    events: 10,
    elapsedMs: 65_000,
    retriedBy: [],
    waiting: 0,
    ...change,
  };
}

function shown(rows: readonly RunRow[], columns: number, isTerminal = true): string[] {
  return runTable(rows, { isTerminal, columns }, now).text.trimEnd().split('\n');
}

describe('a list of runs', () => {
  const rows = [
    row(),
    row({ workflowId: 'a-name-that-somebody-has-chosen-and-that-is-long', offline: true }),
    row({ workflowId: 'mail', kind: 'agent', status: 'running', waiting: 1, costUsd: null }),
  ];

  it.each([60, 80, 120, 200])('keeps within a terminal of %i columns, and no id is cut (RunTable-1)', (columns) => {
    const lines = shown(rows, columns);
    expect(Math.max(...lines.map((each) => each.length))).toBeLessThan(columns);
    for (const { workflowId } of rows) expect(lines.join('\n')).toContain(workflowId);
  });

  it('counts wide characters as two columns, in ids, kinds and titles', () => {
    const wide = [
      row({ workflowId: '契約審査', kind: '審査', title: '業務委託契約書の更新条項と支払期限について' }),
      row({ workflowId: '契約審査契約審査契約審査契約審査', title: '業務委託'.repeat(30) }),
      row(),
    ];
    const lines = shown(wide, 80);
    expect(Math.max(...lines.map(columnsOf))).toBeLessThan(80);
    const before = lines.slice(1).flatMap((each) => each.match(/^.*?(?=complete)/) ?? []);
    expect(before).toHaveLength(3);
    expect(new Set(before.map(columnsOf)).size).toBe(1);
    // An id of 32 columns stands above its row.
    expect(lines).toContain('契約審査契約審査契約審査契約審査');
  });

  it('says what each is about, how long it took, what it cost, and how long ago it began', () => {
    expect(shown([row()], 160)[1]).toMatch(
      /^perspectives-0a1b2c3d {2}perspectives {2}complete {2}4 +\$0\.0267 {2}1m5s {2}3m {3}service-agreement\.md: legal/,
    );
  });

  it('marks the costs of the offline model', () => {
    const lines = shown([row({ offline: true })], 80);
    expect(lines[1]).toContain('$0.0267*');
    expect(lines.at(-1)).toMatch(/^\* of the offline model/);
    expect(shown([row()], 80).join('')).not.toContain('*');
  });

  it('calls a run waiting where a person has to allow something', () => {
    expect(shown(rows, 80).at(-2)).toMatch(/^mail +waiting /);
  });

  it('says what a run retries in a column of its own, or with little room before what it is about', () => {
    const retried = [
      row({ workflowId: 'part-retry-1', status: 'failed', retries: 'part' }),
      row({ workflowId: 'part', status: 'failed', retriedBy: ['part-retry-1'] }),
    ];
    const wide = shown(retried, 160);
    expect(wide[0]).toMatch(/ retry +about$/);
    expect(wide[1]).toMatch(/ retries part {2,}service-agreement\.md/);
    const [heads, ...narrow] = shown(retried, 80);
    expect(heads).toMatch(/^id +status +branches +cost +took +ago +about$/);
    expect(narrow[0]).toMatch(/ 3m {3}retries part · /);
    expect(narrow[1]).toMatch(/ 3m {3}retried by part/);
  });

  it('does not say twice what a run retries, and takes the room of a wide terminal', () => {
    const many = Array.from({ length: 60 }, (_, at) => `row-${at}`).join(', ');
    const retried = [row({ retries: 'part', title: `retries part: ${many}` })];
    expect(shown(retried, 90)[1]).toMatch(/ retries part · row-0/);
    const [, wide = ''] = shown(retried, 240);
    expect(wide).toMatch(/ retries part +row-0, row-1, /);
    expect(wide.length).toBeGreaterThan(230);
    expect(wide.length).toBeLessThan(240);
  });

  it('says at 80 columns when each began, and what it is about, beside ids that fanfold has made', () => {
    const [heads, first] = shown([row(), row({ branches: 3_000, offline: true })], 80);
    expect(heads).toMatch(/ ago +about$/);
    expect(first).toMatch(/ 3m {3}service-agree/);
  });

  it('has all columns for a pipe', () => {
    expect(shown([row()], 80, false)[0]).toMatch(/^id +kind +status +branches +cost +took +ago +about$/);
  });
});
