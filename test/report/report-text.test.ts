import { describe, expect, it } from 'vitest';

import { comparedMarkdown, reportCsv, reportHtml, reportMarkdown } from '../../src/report/index.js';
import { conversationParts } from '../../src/report/answer/conversation-parts.js';
import { root } from '../support/fanfold.js';
import { branchOf, reportedOf, toolOf } from './reported.js';

describe('a report as Markdown', () => {
  it('begins with the answer, which reaches beyond its place by nothing in it', () => {
    const output = [
      '# Top',
      'Ask @ann, <img src=x> and ![i](http://x.example/i.png) or [run](javascript:run).',
      '',
      '- one',
      '  - two',
      '',
      '```',
      'never closed',
    ].join('\n');
    const text = reportMarkdown(reportedOf([branchOf(0, { key: 'legal</summary>@bob', output })]));
    const [answer = '', folded = ''] = text.split('<details>');
    expect(answer).toContain('#### Top');
    expect(answer).toContain('- one\n  - two');
    expect(answer).toContain('&#64;ann');
    expect(answer).toContain('&lt;img');
    expect(answer).toContain('[i](<http://x.example/i.png>)');
    expect(answer).not.toMatch(/javascript:|@ann|@bob|<img|!\[i\]/);
    expect(answer.trimEnd().endsWith('```\nnever closed\n```')).toBe(true);
    expect(folded).toContain('17&#64;desk');
    expect(text.match(/<\/summary>/g)).toHaveLength(2);
  });

  it('has no cost of what asks no model', () => {
    expect(reportMarkdown(reportedOf([toolOf(1)]))).toMatch(/\| search-1 \| ok \| 3\\?\.5 s \|\s*\|/);
  });

  it('does not quote what the message of a finding has said', () => {
    const finding = { check: 'tone', severity: 'info', line: 1, column: 1, quote: 'Nobody knows.' };
    const findings = [
      { ...finding, message: 'Nobody knows.' },
      { ...finding, message: 'Vague.' },
    ];
    const text = reportMarkdown(reportedOf([branchOf(0)], { kind: 'validate', output: { findings, unplaced: 0 } }));
    expect(text).toMatch(/line 1: Nobody knows\\?\. _\(tone\)_\n- /);
    expect(text.match(/> Nobody knows/g)).toHaveLength(1);
  });

  it('calls no row ok whose answer is there and is not', () => {
    const invalid = { status: 'invalid', error: { type: 'InvalidAnswer', message: 'It does not fit.' } } as const;
    const branches = [
      branchOf(0, { key: '1', output: { label: 'spam' } }),
      branchOf(1, { key: '2', output: { odd: true }, ...invalid }),
      branchOf(2, { key: '3#1', output: { label: 'ham' } }),
      branchOf(3, { key: '3#2', ...invalid }),
    ];
    const output = [
      { key: '1', answer: { label: 'spam' } },
      { key: '2', answer: { odd: true } },
      { key: '3', answer: { label: 'ham' }, votes: 1, of: 1 },
    ];
    const [answer = ''] = reportMarkdown(reportedOf(branches, { kind: 'map', output })).split('<details>');
    expect(answer).toMatch(/\| 1 \| spam \|.*\| ok \|/);
    expect(answer).toMatch(/\| 2 \|.*\| invalid: It does not fit\\?\. \|/);
    expect(answer).toMatch(/\| 3 \| ham \|.*\| ok \|/);
  });

  it('has a line for each row over which answers were compared, and how far they agree', () => {
    const lost = { status: 'failed', error: { type: 'Model', message: 'Gone.' } } as const;
    const branches = [
      branchOf(0, { key: '1/a' }),
      branchOf(1, { key: '1/b/a' }),
      branchOf(2, { key: '2/a', ...lost }),
      branchOf(3, { key: '2/b/a', ...lost }),
      branchOf(4, { key: '3/a', ...lost }),
      branchOf(5, { key: '3/b/a' }),
    ];
    const by = [
      { key: 'a', ok: 1, withMost: 1, costUsd: 1 },
      { key: 'b/a', ok: 2, withMost: null, costUsd: null },
    ];
    const output = {
      rows: [
        {
          key: '1',
          answer: { a: { risk: 'high', why: 'x' }, 'b/a': { risk: 'low', why: 'x' } },
          agree: false,
          fields: { risk: false, why: true },
        },
        { key: '3', answer: { a: null, 'b/a': 'Yes.' } },
      ],
      agreement: { rows: 3, compared: 1, agreement: 0, tied: 1, fields: { risk: 0, why: 1 }, by },
    };
    const [answer = ''] = reportMarkdown(reportedOf(branches, { kind: 'compare', output })).split('<details>');
    const cells = answer.split('\n').map((each) => each.replaceAll('\\', '').split(' | '));
    expect(cells.find(([name]) => name === '| b/a')).toEqual(['| b/a', '2 of 3', 'n/a', 'unknown |']);
    expect(answer).toMatch(/0\.0 % of 1 rows.*risk 0\.0 %, why 100\.0 %\. 1 is tied: /);
    const rows = cells.filter(([name = '']) => /^\| \d/.test(name)).map((row) => row.map((each) => each.trim()));
    expect(rows).toEqual(
      [
        ['| 1', 'risk: high · why: x', 'risk: low · why: x', 'differ in risk', '|'],
        ['| 2', '', '', '', 'a failed: Gone.; b/a failed: Gone. |'],
        ['| 3', '', 'Yes.', '', 'a failed: Gone. |'],
      ].map((row) => row.map((each) => each.trim())),
    );
  });

  it('names what waits', () => {
    const approvals = [{ key: 'file-1', tool: 'file', input: { a: '```' }, takesName: false }];
    const text = reportMarkdown(reportedOf([], { kind: 'agent', status: 'running', output: null, approvals }));
    expect(text).toContain('**waits for a person**');
    expect(text).toContain('**file-1** waits to be allowed');
    expect(text).toContain('````\n');
  });

  it('gives each call of an open agent its own input', () => {
    const calls = [
      { name: 'send_mail', input: { to: 'bo' } },
      { name: 'read_mail', input: { box: 'in' } },
      { name: 'slow', input: { box: 'slow' } },
      { name: 'read_mail', input: { box: 'out' } },
      { name: 'made_up', input: { box: 'none' } },
    ];
    const turn = (index: number) => branchOf(index, { key: `turn-${index}`, output: { text: '', calls } });
    const ended = (...keys: string[]) => keys.map((key) => branchOf(0, { key, output: `of ${key}` }));
    const approvals = [{ key: 'send_mail-2', tool: 'send_mail', input: { to: 'bo' }, takesName: false }];
    const first = ended('send_mail-1', 'read_mail-1', 'slow-1', 'read_mail-2', 'unknown-1');
    const turns = conversationParts(
      reportedOf([turn(1), ...first, turn(2), ...ended('read_mail-4', 'unknown-2')], { kind: 'agent', approvals }).run,
    );
    const asked = turns.flatMap(({ parts }) => parts).map((part) => JSON.stringify(part));
    const inputOf = (key: string) =>
      /(?:to|box)\W+(\w+)/.exec(asked.find((part) => part.includes(`"${key}"`)) ?? '')?.[1];
    expect(['send_mail-1', 'read_mail-1', 'unknown-1', 'read_mail-4', 'unknown-2'].map(inputOf)).toEqual([
      'bo',
      'in',
      'none',
      'out',
      'none',
    ]);
  });

  it('puts two runs beside each other', () => {
    const one = reportedOf([branchOf(0), branchOf(1)], { workflowId: 'one' });
    const other = reportedOf([branchOf(0), branchOf(1, { output: 'Else.' })], { workflowId: 'other', costUsd: 2 });
    const text = comparedMarkdown({ compared: [one, other], writtenAt: one.writtenAt, version: '1' });
    expect(text).toMatch(/\| cost \| .*1\.0000 \| .*2\.0000 \| .*100 % \|/);
    expect(text).toContain('1 of 2 branches have the same answer in both.');
    expect(text).toContain('Else.');
  });

  it('counts answers that there are, and not those that are missing in both', () => {
    const refused = branchOf(1, { status: 'failed' });
    delete refused.output;
    const one = reportedOf([branchOf(0), refused], { workflowId: 'one' });
    const text = comparedMarkdown({ compared: [one, one], writtenAt: one.writtenAt, version: '1' });
    expect(text).toContain('1 of 2 branches have the same answer in both; 1 has none in either.');
    expect(text).toMatch(/\| doc-1 \|.*\| none \|/);
  });

  it('says of branches that only one of the runs has that they are in one only', () => {
    const one = reportedOf([branchOf(0), branchOf(1)], { workflowId: 'one' });
    const more = reportedOf([branchOf(0), branchOf(2)], { workflowId: 'more' });
    const text = comparedMarkdown({ compared: [one, more], writtenAt: one.writtenAt, version: '1' });
    expect(text).toContain('1 of 3 branches have the same answer in both; 2 are in one only.');
    expect(text).toMatch(/\| doc-2 \| none \|.*\| in one only \|/);
    const other = reportedOf([branchOf(3)], { workflowId: 'other', kind: 'summarise' });
    expect(comparedMarkdown({ compared: [one, other], writtenAt: one.writtenAt, version: '1' })).toContain(
      'No branch is in both.',
    );
  });

  it('does not say that a text is clean of which nothing is known', () => {
    const failed = branchOf(0, { status: 'failed' });
    const of = (branches: Parameters<typeof reportedOf>[0]) =>
      reportMarkdown(reportedOf(branches, { kind: 'validate', output: { findings: [], unplaced: 0 } }));
    expect(of([failed])).not.toContain('No findings');
    expect(of([failed])).toContain('No check has come to its end');
    expect(of([failed, branchOf(1)])).toContain('No findings; 1 of 2 checks has not come to its end.');
    expect(of([branchOf(0)])).toContain('No findings.');
  });
});

describe('a report as CSV', () => {
  it('has a row for each branch, and no formula of a model', () => {
    const text = reportCsv(reportedOf([branchOf(0, { output: '=1+1' }), branchOf(1, { output: { a: 'x, "y"' } })]));
    const [header, first, second] = text.split('\n');
    expect(header).toMatch(/^index,key,status,model,.*,costUsd,errorType,errorMessage,output$/);
    expect(first).toMatch(/^0,doc-0,ok,claude-sonnet-5-5,.*,'=1\+1$/);
    expect(second?.endsWith('"{""a"":""x, \\""y\\""""}"')).toBe(true);
  });
});

it('takes a fraction of its content for ten thousand branches', async () => {
  const reported = reportedOf(Array.from({ length: 10_000 }, (_, index) => branchOf(index)));
  const html = await reportHtml(reported, `${root}/dist/report-page.js`);
  const empty = await reportHtml(reportedOf([]), `${root}/dist/report-page.js`);
  expect(html.length - empty.length).toBeLessThan(JSON.stringify(reported).length / 8);
});
