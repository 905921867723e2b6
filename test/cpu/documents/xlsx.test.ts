import { describe, expect, it } from 'vitest';

import { takeApart } from '../../../src/cpu/tasks/take-apart.js';
import { relationships, zipOf } from '../../support/office.js';

const space = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relation = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

interface Book {
  /** What stands in each sheet's root, by its name; a name that begins with `-` is that of a hidden sheet. */
  sheets: Readonly<Record<string, string>>;
  shared?: readonly string[];
  /** Codes of number formats; a cell has them by their place, from 1. */
  formats?: readonly string[];
  properties?: string;
  /** Parts related to the first sheet. */
  related?: Readonly<Record<string, string>>;
  /** Prefix of all elements: some programs write one. */
  prefix?: string;
}

function xlsxOf({ sheets, shared = [], formats = [], properties = '', related = {}, prefix = '' }: Book): Buffer {
  const names = Object.keys(sheets);
  const prefixed = (xml: string) => (prefix === '' ? xml : xml.replaceAll(/<(\/?)(?=[a-z])/gi, `<$1${prefix}:`));
  const root = (name: string, inner: string) =>
    `<?xml version="1.0" encoding="utf-8"?>${prefixed(`<${name}>${inner}</${name}>`).replace('>', ` xmlns${prefix && ':'}${prefix}="${space}" xmlns:r="${relation}">`)}`;
  const links = Object.keys(related).map((type): [string, string, string] => [type, type, `../${type}.xml`]);
  return zipOf({
    '[Content_Types].xml': '<Types/>',
    '_rels/.rels': relationships([['rId1', 'officeDocument', '/xl/workbook.xml']]),
    'xl/workbook.xml': root(
      'workbook',
      `${properties}<sheets>${names.map((name, at) => `<sheet name="${name.replace(/^-/, '')}" sheetId="${at + 1}"${name.startsWith('-') ? ' state="hidden"' : ''} r:id="s${at}"/>`).join('')}</sheets>`,
    ),
    'xl/_rels/workbook.xml.rels': relationships([
      ...names.map((_, at): [string, string, string] => [`s${at}`, 'worksheet', `/xl/worksheets/sheet${at + 1}.xml`]),
      ['t', 'sharedStrings', 'sharedStrings.xml'],
      ['f', 'styles', 'styles.xml'],
    ]),
    'xl/sharedStrings.xml': root('sst', shared.map((text) => `<si>${text}</si>`).join('')),
    'xl/styles.xml': root(
      'styleSheet',
      `<numFmts>${formats.map((code, at) => `<numFmt numFmtId="${200 + at}" formatCode="${code.replaceAll('"', '&quot;')}"/>`).join('')}</numFmts><cellXfs><xf numFmtId="0"/>${formats.map((_, at) => `<xf numFmtId="${200 + at}"/>`).join('')}<xf numFmtId="14"/></cellXfs>`,
    ),
    ...Object.fromEntries(
      names.map((name, at) => [`xl/worksheets/sheet${at + 1}.xml`, root('worksheet', sheets[name] ?? '')]),
    ),
    'xl/worksheets/_rels/sheet1.xml.rels': relationships([...links, ['web', 'hyperlink', 'https://example.org/']]),
    ...Object.fromEntries(Object.entries(related).map(([type, inner]) => [`xl/${type}.xml`, inner])),
  });
}

const read = (book: Book) => takeApart({ kind: 'xlsx', bytes: xlsxOf(book) });

const one = (rows: string, more: Partial<Book> = {}) =>
  read({ sheets: { Data: `<sheetData>${rows}</sheetData>` }, ...more });

const number = (value: string, style: number) => `<row><c s="${style}"><v>${value}</v></c></row>`;

describe('an XLSX workbook', () => {
  it('has a heading and a table for each sheet, hidden ones named', async () => {
    const text = await read({
      sheets: {
        Sales:
          '<cols><col min="2" max="2" hidden="1"/></cols><sheetData><row r="2"><c r="B2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c></row><row r="3" hidden="1"><c r="B3" t="inlineStr"><is><t>North</t></is></c><c r="C3"><v>12</v></c></row><row r="9"><c r="A9" t="str"><f>A1</f><v>Source</v></c></row></sheetData>',
        '-Notes': '<sheetData><row r="1"><c r="A1" t="b"><v>1</v></c></row></sheetData>',
        Empty: '<sheetData/>',
      },
      shared: ['<t>Region</t>', '<r><t>Q</t></r><r><t>1 | net</t></r><rPh><t>spoken</t></rPh>'],
    });
    expect(text).toBe(
      String.raw`## Sales

Hidden in the sheet: rows 3, columns B.

| Region | Q1 \| net |
| --- | --- |
| North | 12 |

| Source |
| --- |

## Notes (hidden sheet)

| TRUE |
| --- |

## Empty

(empty)`,
    );
  });

  it.each([
    ['45355', 'dd/mm/yyyy', '2024-03-04'],
    ['45355.5', 'm/d/yy h:mm', '2024-03-04 12:00'],
    ['0.75', 'h:mm', '18:00'],
    ['1.5', '[h]:mm', '36:00'],
    ['0.256', '0.0%', '25.6%'],
    ['-1234.5', '#,##0.00;[Red](#,##0.00)', '(1,234.50)'],
    ['1234.5', '[$€-407] #,##0.00', '€ 1,234.50'],
    ['7', '0" pieces"', '7 pieces'],
    ['1234567890123', 'General', '1234567890123'],
    ['0.30000000000000004', 'General', '0.3'],
    ['0.7999999999999999', 'General', '0.8'],
    ['1234567890123456', 'General', '1234567890123456'],
    ['9007199254740993', '@', '9007199254740993'],
    ['12345.67890123457', 'General', '12345.67890123457'],
    ['1234567890123456', '0', '1234567890123456'],
    ['42', '00000', '00042'],
  ])('shows %s in the format %s as %s', async (value, code, shown) => {
    expect(await one(number(value, 1), { formats: [code] })).toBe(`## Data\n\n| ${shown} |\n| --- |`);
  });

  it('has dates in either system of dates, and formats that are only numbers', async () => {
    expect(await one(number('45355', 1))).toContain('2024-03-04');
    expect(await one(number('43893', 1), { properties: '<workbookPr date1904="1"/>' })).toContain('2024-03-04');
    const elapsed = { formats: ['[h]:mm:ss'], properties: '<workbookPr date1904="1"/>' };
    expect(await one(number('1.25', 1), elapsed)).toContain('30:00:00');
    expect(await one(number('1.25', 1), { ...elapsed, formats: ['d "day" h:mm'] })).toContain('2 day 6:00');
  });

  it('has the values of formulas, and the formula where no program has calculated it', async () => {
    const text = await one(
      '<row><c><f>1+1</f><v>2</v></c><c><f>SUM(A1:A2)</f></c><c t="e"><f>1/0</f><v>#DIV/0!</v></c></row>',
    );
    expect(text).toContain('| 2 | =SUM(A1:A2) | #DIV/0! |');
  });

  it('has links and comments, and is read with a prefix before every element', async () => {
    const text = await one('<row r="1"><c r="A1" t="str"><v>Register</v></c></row>', {
      prefix: 'x',
      related: {
        comments: `<comments xmlns="${space}"><authors><author>Ann</author></authors><commentList><comment ref="A1" authorId="0"><text><r><t>Which one?</t></r></text></comment></commentList></comments>`,
      },
      sheets: {
        Data: '<sheetData><row r="1"><c r="A1" t="str"><v>Register</v></c></row></sheetData><hyperlinks><hyperlink ref="A1" r:id="web"/></hyperlinks>',
      },
    });
    expect(text).toBe('## Data\n\n| [Register](https://example.org/) |\n| --- |\n\nComments:\n\n- A1, Ann: Which one?');
  });

  it('takes no more room for a cell that stands far away', async () => {
    const text = await one(
      '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row><row r="1048576"><c r="B1048576"><v>3</v></c></row>',
    );
    expect(text).toBe('## Data\n\n| 1 | 2 |\n| --- | --- |\n\n| 3 |\n| --- |');
  });

  it('has what is raised, lowered and struck out as such, and its line ends as line ends', async () => {
    const run = (text: string, properties = '') => `<r><rPr>${properties}</rPr><t xml:space="preserve">${text}</t></r>`;
    const shared = [
      run('m') + run('2', '<vertAlign val="superscript"/>') + run(' of CO') + run('2', '<vertAlign val="subscript"/>'),
      run('Price ') + run('10', '<strike/>') + run(' 8'),
      '<t>one_x000D_\ntwo _x005F_x</t>',
    ];
    const cells = shared.map((_, at) => `<c t="s"><v>${at}</v></c>`).join('');
    expect(await one(`<row>${cells}</row>`, { shared })).toContain('| m² of CO₂ | Price ~~10~~ 8 | one<br>two _x |');
  });

  it('has an empty text of a formula as empty, and the text that a format puts around another', async () => {
    const row = '<row><c t="str"><f>IF(A1,"","x")</f><v></v></c><c t="str" s="1"><v>Ann</v></c></row>';
    expect(await one(row, { formats: ['"Dr. "@'] })).toBe('## Data\n\n| Dr. Ann |\n| --- |');
  });
});
