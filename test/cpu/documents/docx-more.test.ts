import { describe, expect, it } from 'vitest';

import { takeApart } from '../../../src/cpu/tasks/take-apart.js';
import { docxOf, p } from '../../support/office.js';

const read = (...given: Parameters<typeof docxOf>) => takeApart({ kind: 'docx', bytes: docxOf(...given) });

const level = (depth: number, format: string, text: string, more = '') =>
  `<w:lvl w:ilvl="${depth}"><w:start w:val="1"/><w:numFmt w:val="${format}"/>${more}<w:lvlText w:val="${text}"/></w:lvl>`;
const list = (...levels: readonly string[]) =>
  `<w:abstractNum w:abstractNumId="1">${levels.join('')}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>`;
const inList = (depth = 0) => `<w:numPr><w:ilvl w:val="${depth}"/><w:numId w:val="1"/></w:numPr>`;
const decimal = list(level(0, 'decimal', '%1.'), level(1, 'decimal', '%1.%2'));

describe('numbers of paragraphs', () => {
  it('count those without a text, whose number is printed as well', async () => {
    const deleted = `<w:p><w:pPr>${inList()}</w:pPr><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>`;
    const text = await read(p('one', inList()) + p('', inList()) + deleted + p('four', inList()), {
      numbering: decimal,
    });
    expect(text).toBe('1. one\n4. four');
  });

  it('are the text of a column that has nothing else', async () => {
    const row = (text: string) => `<w:tr><w:tc>${p('', inList())}</w:tc><w:tc>${p(text)}</w:tc></w:tr>`;
    expect(await read(`<w:tbl>${row('a')}${row('b')}</w:tbl>`, { numbering: decimal })).toBe(
      '| 1. | a |\n| --- | --- |\n| 2. | b |',
    );
  });

  it('are those of a style for lists', async () => {
    const numbering =
      `<w:abstractNum w:abstractNumId="5"><w:styleLink w:val="Own"/>${level(0, 'upperRoman', '%1.')}</w:abstractNum>` +
      '<w:abstractNum w:abstractNumId="6"><w:numStyleLink w:val="Own"/></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="6"/></w:num>';
    expect(await read(p('one', inList()) + p('two', inList()), { numbering })).toBe('I. one\nII. two');
  });

  it('have the level of their style, and go on where they never begin anew', async () => {
    const styles =
      '<w:style w:type="paragraph" w:styleId="S2"><w:name w:val="S2"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>';
    const numbering = list(
      level(0, 'decimal', 'Article %1'),
      level(1, 'decimal', 'Section %2', '<w:lvlRestart w:val="0"/><w:pStyle w:val="S2"/>'),
    );
    const section = (text: string) => p(text, '<w:pStyle w:val="S2"/>');
    expect(await read(p('A', inList()) + section('a') + p('B', inList()) + section('b'), { styles, numbering })).toBe(
      'Article 1 A\n   Section 1 a\nArticle 2 B\n   Section 2 b',
    );
  });

  it.each([
    ['decimalEnclosedCircle', '①', '②'],
    ['decimalFullWidth', '１', '２'],
    ['russianLower', 'а', 'б'],
  ])('in the format %s', async (format, one, two) => {
    const numbering = list(level(0, format, '%1'));
    expect(await read(p('x', inList()) + p('y', inList()), { numbering })).toBe(`${one} x\n${two} y`);
  });
});

const run = (text: string) => `<m:r><m:t>${text}</m:t></m:r>`;
const part = (name: string, inner: string) => `<m:${name}>${inner}</m:${name}>`;
const fraction = (above: string, below: string) => part('f', part('num', run(above)) + part('den', run(below)));

it.each([
  [part('bar', `<m:barPr><m:pos m:val="top"/></m:barPr>${part('e', run('x'))}`), 'x\u0304'],
  [part('acc', part('e', run('y'))), 'ŷ'],
  [part('limLow', part('e', run('lim')) + part('lim', run('x→0'))), 'lim_(x→0)'],
  [part('f', part('num', run('(a)+(b)')) + part('den', run('2'))), '((a)+(b))/2'],
  [part('f', '<m:fPr><m:type m:val="noBar"/></m:fPr>' + part('num', run('n')) + part('den', run('k'))), 'binom(n, k)'],
  [part('sPre', part('sub', run('6')) + part('sup', run('14')) + part('e', run('C'))), '_6^14 C'],
  [run('a') + part('phant', '<m:phantPr><m:show m:val="0"/></m:phantPr>' + part('e', run('z'))), 'a'],
  [run('3') + fraction('1', '2'), '3 1/2'],
  [fraction('1', '2') + run('3'), '1/2 3'],
  [run('y=') + fraction('1', '2') + fraction('3', '4'), 'y=1/2 3/4'],
  [part('sSup', part('e', run('2')) + part('sup', run('10'))) + run('5'), '2^10 5'],
  [part('sSup', part('e', run('x')) + part('sup', run('10'))) + run('+5'), 'x^10+5'],
  [run('1/1') + run('0'), '1/10'],
])('a formula without loss: %s', async (math, said) => {
  expect(await read(p(`<m:oMath>${math}</m:oMath>`))).toBe(said);
});

it('a fraction stands apart from the text beside it', async () => {
  const text = (said: string) => `<w:r><w:t>${said}</w:t></w:r>`;
  const math = `<m:oMath>${fraction('1', '2')}</m:oMath>`;
  expect(await read(p(text('Take 3') + math + text('5, or (') + math + text(').')))).toBe('Take 3 1/2 5, or (1/2).');
});

it('signs of the font Symbol are what it shows', async () => {
  const sign = (code: string) => `<w:r><w:sym w:font="Symbol" w:char="${code}"/></w:r>`;
  const typed = '<w:r><w:rPr><w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/></w:rPr><w:t>\uF061\uF0A3\uF0C5</w:t></w:r>';
  expect(await read(p(sign('F062') + sign('F0B3') + typed))).toBe('β≥α≤⊕');
});

it('what a style of letters hides or raises is hidden or raised', async () => {
  const style = (id: string, properties: string) =>
    `<w:style w:type="character" w:styleId="${id}"><w:name w:val="${id}"/><w:rPr>${properties}</w:rPr></w:style>`;
  const styles = style('Hidden', '<w:vanish/>') + style('Raised', '<w:vertAlign w:val="superscript"/>');
  const styled = (id: string, text: string) => `<w:r><w:rPr><w:rStyle w:val="${id}"/></w:rPr><w:t>${text}</w:t></w:r>`;
  expect(await read(p(`<w:r><w:t>5 m</w:t></w:r>${styled('Raised', '2')}${styled('Hidden', 'not')}`), { styles })).toBe(
    '5 m²',
  );
});
