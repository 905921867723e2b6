import { describe, expect, it } from 'vitest';

import { matchesOf, mergeFindings, remarksOfMatches, revise } from '../../src/fold/findings.js';
import type { Remark } from '../../src/fold/findings.js';

const text = 'First line.\nThe teh second\nline promptly ends. The teh end.';

function remark(quote: string, more: Partial<Remark> = {}): Remark {
  return { quote, severity: 'warning', message: `about ${quote}`, ...more };
}

it('says where a quote stands, and leaves out what is not in the text (Findings-1)', () => {
  const remarks = [remark('teh'), remark('second line'), remark('nowhere'), remark('  ')];
  const { findings, unplaced } = mergeFindings(text, [{ check: 'grammar', remarks }]);
  expect(findings.map(({ line, column, quote }) => [line, column, quote])).toEqual([
    [2, 5, 'teh'],
    [2, 9, 'second\nline'],
  ]);
  expect(unplaced).toBe(2);
});

it('is at the place that a check names where the quote stands there, and else wherever it stands (Findings-1)', () => {
  const at = text.lastIndexOf('teh') - 4;
  const remarks = [remark('The teh', { at }), remark('The teh', { at: 3 }), remark('nowhere', { at: 3 })];
  const { findings, unplaced } = mergeFindings(text, [{ check: 'pattern', remarks }]);
  expect(findings.map(({ line, column, quote }) => [line, column, quote])).toEqual([
    [2, 1, 'The teh'],
    [3, 21, 'The teh'],
  ]);
  expect(unplaced).toBe(1);
});

it('orders by the text, then by the checks (Findings-2)', () => {
  const checks = [
    { check: 'tone', remarks: [remark('promptly'), remark('First')] },
    { check: 'grammar', remarks: [remark('teh')] },
  ];
  expect(mergeFindings(text, checks).findings.map(({ quote }) => quote)).toEqual(['First', 'teh', 'promptly']);
});

it('makes one finding of what overlaps, with the longer quote and the graver severity (Findings-3)', () => {
  const checks = [
    { check: 'grammar', remarks: [remark('teh', { suggestion: 'the', severity: 'error' })] },
    { check: 'tone', remarks: [remark('The teh second')] },
  ];
  expect(mergeFindings(text, checks)).toEqual({
    findings: [
      {
        check: 'tone, grammar',
        severity: 'error',
        line: 2,
        column: 1,
        quote: 'The teh second',
        message: 'about The teh second about teh',
        suggestion: 'The the second',
      },
    ],
    conflicts: [],
    unplaced: 0,
  });
});

it('keeps both of two suggestions that differ, and says so (Findings-3)', () => {
  const checks = [
    { check: 'grammar', remarks: [remark('promptly', { suggestion: 'prompt' })] },
    { check: 'tone', remarks: [remark('promptly', { suggestion: 'within 3 days' })] },
  ];
  const { findings, conflicts } = mergeFindings(text, checks);
  expect(findings).toHaveLength(2);
  expect(conflicts).toEqual([
    {
      key: '3:6',
      said: [
        { by: 'grammar', value: 'prompt' },
        { by: 'tone', value: 'within 3 days' },
      ],
    },
  ]);
});

it('drops a suggestion that changes nothing', () => {
  const { findings } = mergeFindings(text, [{ check: 'a', remarks: [remark('teh', { suggestion: 'teh' })] }]);
  expect(findings[0]).not.toHaveProperty('suggestion');
});

it('finds every place of a pattern', () => {
  const check = { pattern: 'teh|x*', message: 'Typo.', severity: 'error' } as const;
  const remarks = remarksOfMatches(matchesOf(text, check.pattern), check);
  const { findings } = mergeFindings(text, [{ check: 'typo', remarks }]);
  expect(findings.map(({ line, column, severity }) => [line, column, severity])).toEqual([
    [2, 5, 'error'],
    [3, 25, 'error'],
  ]);
});

describe('suggestions', () => {
  const sentence = 'This is teh end, and an mistake.';
  const checks = [
    { check: 'model', remarks: [remark(sentence)] },
    {
      check: 'rules',
      remarks: [remark('teh', { suggestion: 'the' }), remark('an mistake', { suggestion: 'a mistake' })],
    },
  ];

  it('of words inside a longer quote are made there, each at its place (Findings-3)', () => {
    const { findings, conflicts } = mergeFindings(sentence, checks);
    expect(conflicts).toEqual([]);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ check: 'model, rules', suggestion: 'This is the end, and a mistake.' });
  });

  it.each([
    ['says something else for the same words', sentence, sentence.replace('end,', 'end;\n'), 1],
    ['is about other words of a quote around it', 'is teh end', undefined, 0],
  ])('that are not sure do not stand in the way of one that is: the other %s', (_, quote, suggestion, conflicts) => {
    const unsure = suggestion === undefined ? [remark('is', { suggestion: 'was', sure: false })] : [];
    const long = remark(quote, suggestion === undefined ? {} : { suggestion, sure: false });
    const sure = remark('teh', { suggestion: 'the' });
    const found = mergeFindings(sentence, [
      { check: 'model', remarks: [long, ...unsure] },
      { check: 'rules', remarks: [sure] },
    ]);
    expect(found.conflicts).toHaveLength(conflicts);
    expect(revise(sentence, found.findings)).toMatchObject({ text: sentence.replace('teh', 'the'), applied: 1 });
  });

  it('make a revised text, but for those that contradict each other', () => {
    const rival = { check: 'rival', remarks: [remark('teh', { suggestion: 'tea' })] };
    const { findings } = mergeFindings(`One.\n${sentence}`, [{ check: 'rules', remarks: checks[1]!.remarks }, rival]);
    expect(revise(`One.\n${sentence}`, findings)).toEqual({
      text: 'One.\nThis is teh end, and a mistake.',
      applied: 1,
      left: 2,
    });
  });
});
