import { describe, expect, it } from 'vitest';

import { takeApart } from '../../../src/cpu/tasks/take-apart.js';
import type { ApartKind } from '../../../src/cpu/tasks/take-apart.js';
import { zipOf } from '../../support/office.js';

const spaces = ['office', 'text', 'style', 'table', 'drawing', 'presentation', 'chart']
  .map((name) => `xmlns:${name === 'drawing' ? 'draw' : name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`)
  .join(' ');
const root = (name: string, inner: string) =>
  `<office:${name} ${spaces} xmlns:loext="urn:org:loext" xmlns:xlink="http://www.w3.org/1999/xlink">${inner}</office:${name}>`;

interface Parts {
  /** What stands in `office:automatic-styles`. */
  automatic?: string;
  /** What stands in `office:styles` and beside it. */
  styles?: string;
  more?: Readonly<Record<string, string>>;
}

async function read(kind: ApartKind, body: string, { automatic = '', styles = '', more = {} }: Parts = {}) {
  const inner = `<office:automatic-styles>${automatic}</office:automatic-styles><office:body>${body}</office:body>`;
  return takeApart({
    kind,
    bytes: zipOf({
      'content.xml': root('document-content', inner),
      'styles.xml': root('document-styles', styles),
      ...more,
    }),
  });
}

const text = (inner: string) => `<office:text>${inner}</office:text>`;
const level = (kind: string, at: number, more: string) =>
  `<text:${kind}-level-style${kind === 'list' ? '-number' : ''} text:level="${at}" style:num-format="${at === 3 ? 'a' : '1'}" ${more}/>`;
const legal = `<text:list-style style:name="L">${level('list', 1, 'style:num-suffix="."')}${level('list', 2, 'text:display-levels="2"')}${level('list', 3, 'loext:num-list-format="(%3%)"')}</text:list-style>`;
const deep = (depth: number, inner: string) =>
  `<text:list text:style-name="L" text:continue-numbering="true">${'<text:list-item><text:list>'.repeat(depth - 1)}<text:list-item>${inner}</text:list-item>${'</text:list></text:list-item>'.repeat(depth - 1)}</text:list>`;

describe('a text of LibreOffice', () => {
  it('has clauses with all their numbers, in lists that go on and begin deep', async () => {
    const body = [
      deep(1, '<text:p text:style-name="Heading_20_1">Scope</text:p>'),
      deep(2, '<text:p text:style-name="Heading_20_2">Services</text:p>'),
      deep(3, '<text:p>first</text:p>') + deep(3, '<text:p>second</text:p>'),
      '<text:p>between</text:p>',
      deep(2, '<text:h text:outline-level="2">Fees</text:h>'),
      deep(1, '<text:h>Term</text:h>') + deep(2, '<text:p>Notice</text:p>') + deep(3, '<text:p>anew</text:p>'),
    ];
    expect(await read('odt', text(body.join('')), { automatic: legal })).toBe(
      '# 1. Scope\n\n## 1.1 Services\n\n(a) first\n\n(b) second\n\nbetween\n\n## 1.2 Fees\n\n# 2. Term\n\n2.1 Notice\n\n   (a) anew',
    );
  });

  it('has a sub-list in a list of its own below the item before it', async () => {
    const item = (inner: string) => `<text:list-item>${inner}</text:list-item>`;
    const list = (inner: string) => `<text:list text:style-name="L">${inner}</text:list>`;
    const apart = `${list(item('<text:p>one</text:p>'))}<text:soft-page-break/>${list(item(list(item('<text:p>sub</text:p>'))))}`;
    const automatic = `<text:list-style style:name="L">${level('list', 1, '')}${level('list', 2, '')}</text:list-style>`;
    expect(await read('odt', text(apart), { automatic })).toBe('1. one\n\n   1. sub');
    const body = `${list(item('<text:p>one</text:p>'))}<text:p>between</text:p>${list(item(list(item('<text:p>sub</text:p>'))))}`;
    expect(await read('odt', text(body), { automatic })).toBe('1. one\n\nbetween\n\n1. sub');
  });

  it('has the numbers of its headings', async () => {
    const outline = `<office:styles><text:outline-style>${level('outline', 1, '')}${level('outline', 2, 'text:display-levels="2"')}</text:outline-style></office:styles>`;
    const body =
      '<text:h>One</text:h><text:h text:outline-level="2">Sub</text:h><text:h>Two</text:h><text:h text:outline-level="2">Sub</text:h><text:h text:is-list-header="true">Bare</text:h>';
    expect(await read('odt', text(body), { styles: outline })).toBe(
      '# 1 One\n\n## 1.1 Sub\n\n# 2 Two\n\n## 2.1 Sub\n\n# Bare',
    );
  });

  it('has its title, formulas, boxes of tasks and headers, and no hidden text', async () => {
    const automatic =
      '<style:style style:name="P1" style:parent-style-name="Title"/><style:style style:name="T1"><style:text-properties text:display="none"/></style:style><style:style style:name="T2"><style:text-properties style:font-name="Wingdings"/></style:style><text:list-style style:name="B"><text:list-level-style-bullet text:level="1" text:bullet-char="☒"/></text:list-style>';
    const body =
      '<text:p text:style-name="P1">Plan</text:p><text:p>E<text:span text:style-name="T1">gone</text:span> is <draw:frame><draw:object xlink:href="./Object 1"/><draw:image/></draw:frame>.<text:span text:style-name="T2">\uF0FE</text:span> <text:a xlink:href="#x">here</text:a></text:p><text:list text:style-name="B"><text:list-item><text:p>done</text:p></text:list-item></text:list><text:table-index><text:index-body><text:p>Table 1</text:p></text:index-body></text:table-index>';
    const styles =
      '<office:master-styles><style:master-page><style:header><text:p>Draft of Acme</text:p></style:header></style:master-page></office:master-styles>';
    const formula =
      '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mfrac><mi>a</mi><mi>b</mi></mfrac><annotation encoding="StarMath 5.0">{a} over {b}</annotation></semantics></math>';
    expect(await read('odt', text(body), { automatic, styles, more: { 'Object 1/content.xml': formula } })).toBe(
      '# Plan\n\nE is a/b.☑ here\n\n- ☒ done\n\nTable 1\n\nPage header: Draft of Acme',
    );
  });

  it('keeps the lines of programs', async () => {
    const line = (inner: string) => `<text:p text:style-name="Preformatted_20_Text">${inner}</text:p>`;
    const body = `${line('def f(x):')}${line('<text:s text:c="4"/>return x')}<text:p>After</text:p>`;
    expect(await read('odt', text(body))).toBe('def f(x):\n    return x\n\nAfter');
  });

  it('has cells of a table in their columns, whether covered ones are written or not', async () => {
    const cell = (inner: string, more = '') => `<table:table-cell ${more}><text:p>${inner}</text:p></table:table-cell>`;
    const rows = (covered: string) =>
      `<table:table><table:table-row>${cell('Property', 'table:number-columns-spanned="2"')}${covered}${cell('Earth')}</table:table-row><table:table-row>${cell('T', 'table:number-rows-spanned="2"')}${cell('min')}${cell('-89')}</table:table-row><table:table-row>${covered}${cell('mean')}${cell('14')}</table:table-row></table:table>`;
    const table = '| Property |  | Earth |\n| --- | --- | --- |\n| T | min | -89 |\n|  | mean | 14 |';
    expect(await read('odt', text(rows('')))).toBe(table);
    expect(await read('odt', text(rows('<table:covered-table-cell/>')))).toBe(table);
  });
});

it('a presentation has texts of all shapes, charts, comments, and which slides are hidden', async () => {
  const automatic =
    '<style:style style:name="dp1"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>';
  const body =
    '<office:presentation><draw:page draw:style-name="dp1"><draw:ellipse><text:p>Round</text:p></draw:ellipse><draw:frame><draw:object xlink:href="./Object 1"/></draw:frame><office:annotation><text:p>Why?</text:p></office:annotation><presentation:notes><draw:frame presentation:class="page-number"><draw:text-box><text:p>&lt;number&gt;</text:p></draw:text-box></draw:frame></presentation:notes></draw:page></office:presentation>';
  const cell = (value: string) => `<table:table-cell><text:p>${value}</text:p></table:table-cell>`;
  const chart = root(
    'document-content',
    `<office:body><office:chart><chart:chart><chart:title><text:p>Sales</text:p></chart:title><table:table><table:table-row>${cell('')}${cell('A')}</table:table-row><table:table-row>${cell('Q1')}${cell('NaN')}</table:table-row><table:table-row>${cell('Q2')}${cell('3')}</table:table-row></table:table></chart:chart></office:chart></office:body>`,
  );
  expect(await read('odp', body, { automatic, more: { 'Object 1/content.xml': chart } })).toBe(
    '## Slide 1 (hidden)\n\nRound\n\nChart: Sales\n\n|  | A |\n| --- | --- |\n| Q1 |  |\n| Q2 | 3 |\n\nComments:\n\n- Why?',
  );
});

it('a slide goes on with a numbered list after a nested one, as LibreOffice parts them', async () => {
  const style = (name: string, format: string, suffix = '.') =>
    `<text:list-style style:name="${name}"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="${suffix}"/>${format}</text:list-style>`;
  const bullet = '<text:list-level-style-bullet text:level="2" text:bullet-char="–"/>';
  const automatic = `${style('L7', '')}${style('L8', bullet)}${style('L9', bullet, ')')}`;
  const item = (inner: string) => `<text:list-item>${inner}</text:list-item>`;
  const p = (inner: string) => item(`<text:p>${inner}</text:p>`);
  const list = (name: string, inner: string) => `<text:list text:style-name="${name}">${inner}</text:list>`;
  const slide = (inner: string) =>
    `<office:presentation><draw:page><draw:frame><draw:text-box>${inner}</draw:text-box></draw:frame></draw:page></office:presentation>`;
  const nested = item(`<text:list>${p('a')}${p('b')}</text:list>`);
  const body = (second: string) => slide(list('L7', p('Collect')) + list(second, nested + p('Sort') + p('Send')));
  expect(await read('odp', body('L8'), { automatic })).toBe(
    '## Slide 1\n\n1. Collect\n\n   - a\n   - b\n2. Sort\n3. Send',
  );
  // A list of other numbers is another one.
  expect(await read('odp', body('L9'), { automatic })).toContain('1) Sort\n2) Send');
});

it('a sheet says which columns are hidden, and has days without a time zone', async () => {
  const body =
    '<office:spreadsheet><table:table table:name="S"><table:table-column/><table:table-column table:visibility="collapse"/><table:table-row><table:table-cell office:value-type="date" office:date-value="2024-03-04T00:00:00.000Z"/><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>';
  expect(await read('ods', body)).toBe('## S\n\nHidden in the sheet: columns B.\n\n| 2024-03-04 | b |\n| --- | --- |');
});
