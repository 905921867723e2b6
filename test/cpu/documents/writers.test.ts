import { describe, expect, it } from 'vitest';

import { takeApart } from '../../../src/cpu/tasks/take-apart.js';
import type { ApartKind } from '../../../src/cpu/tasks/take-apart.js';
import { docxOf, p, relationships, zipOf } from '../../support/office.js';

const read = (kind: ApartKind, bytes: Uint8Array) => takeApart({ kind, bytes });

const [main, drawing] = ['officeDocument/2006', 'drawingml/2006'].map(
  (end) => `http://schemas.openxmlformats.org/${end}`,
);
const chartSpace = `xmlns:c="${drawing}/chart" xmlns:a="${drawing}/main"`;

const point = ([at, value]: readonly [number, string]) => `<c:pt idx="${at}"><c:v>${value}</c:v></c:pt>`;
const numbers = (format: string, ...points: readonly (readonly [number, string])[]) =>
  `<c:numRef><c:numCache><c:formatCode>${format}</c:formatCode>${points.map(point).join('')}</c:numCache></c:numRef>`;
const texts = (...all: readonly string[]) =>
  `<c:strRef><c:strCache>${all.map((text, at) => point([at, text])).join('')}</c:strCache></c:strRef>`;
const series = (name: string, parts: string) => `<c:ser><c:tx>${texts(name)}</c:tx>${parts}</c:ser>`;

/** A presentation of one slide with a chart, as python-pptx writes it. */
function pptxOf(chart: string): Buffer {
  const slides = `xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="${drawing}/main" xmlns:r="${main}/relationships" ${chartSpace}`;
  return zipOf({
    '_rels/.rels': relationships([['r', 'officeDocument', 'ppt/presentation.xml']]),
    'ppt/presentation.xml': `<p:presentation ${slides}><p:sldIdLst><p:sldId r:id="a"/></p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relationships([['a', 'slide', 'slides/slide1.xml']]),
    'ppt/slides/slide1.xml': `<p:sld ${slides}><p:cSld><p:spTree><p:graphicFrame><a:graphic><c:chart r:id="c"/></a:graphic></p:graphicFrame></p:spTree></p:cSld></p:sld>`,
    'ppt/slides/_rels/slide1.xml.rels': relationships([['c', 'chart', '../charts/chart1.xml']]),
    'ppt/charts/chart1.xml': `<c:chartSpace ${chartSpace}><c:chart>${chart}</c:chart></c:chartSpace>`,
  });
}

const afterHeading = async (chart: string) =>
  (await read('pptx', pptxOf(chart)))
    .replace('## Slide 1\n\nChart:\n\n', '')
    .split('\n')
    .filter((line) => !line.includes('---'));

describe('a chart', () => {
  it('has each value beside its category, whatever is left out between', async () => {
    const cells = `<c:cat>${texts('East', 'North', 'West')}</c:cat><c:val>${numbers('General', [0, '1'], [2, '3'])}</c:val>`;
    expect(await afterHeading(series('A', cells))).toEqual([
      '|  | A |',
      '| East | 1 |',
      '| North |  |',
      '| West | 3 |',
    ]);
  });

  it('has its values as it shows them: percentages, days', async () => {
    const cells = `<c:cat>${numbers('yyyy\\-mm\\-dd', [0, '45355.0'])}</c:cat><c:val>${numbers('0%', [0, '0.25'])}</c:val>`;
    expect(await afterHeading(series('A', cells))).toEqual(['|  | A |', '| 2024-03-04 | 25% |']);
  });

  it('has categories inside of others behind these', async () => {
    const levels = `<c:multiLvlStrRef><c:multiLvlStrCache>${[
      ['Spring', 'Autumn', 'Spring'].map((text, at) => [at, text] as const),
      [
        [0, '2023'],
        [2, '2024'],
      ] as const,
    ]
      .map((level) => `<c:lvl>${level.map(point).join('')}</c:lvl>`)
      .join('')}</c:multiLvlStrCache></c:multiLvlStrRef>`;
    const cells = `<c:cat>${levels}</c:cat><c:val>${numbers('General', [0, '1'], [1, '2'], [2, '3'])}</c:val>`;
    expect((await afterHeading(series('A', cells))).slice(1)).toEqual([
      '| 2023 / Spring | 1 |',
      '| 2023 / Autumn | 2 |',
      '| 2024 / Spring | 3 |',
    ]);
  });

  it('has a table for each series with places of its own, and sizes of bubbles', async () => {
    const at = (x: string, y: string, more = '') =>
      `<c:xVal>${numbers('General', [0, x])}</c:xVal><c:yVal>${numbers('General', [0, y])}</c:yVal>${more}`;
    const sizes = `<c:bubbleSize>${numbers('General', [0, '7'])}</c:bubbleSize>`;
    expect(await afterHeading(series('A', at('1', '2')) + series('B', at('10', '20', sizes)))).toEqual([
      '|  | A |',
      '| 1 | 2 |',
      '',
      '|  | B | B (size) |',
      '| 10 | 20 | 7 |',
    ]);
  });

  it('and a diagram are read in a text, too', async () => {
    const part = (name: string, id: string) =>
      `<w:r><w:drawing><a:graphic xmlns:a="${drawing}/main">${name === 'c:chart' ? `<c:chart xmlns:c="${drawing}/chart" r:id="${id}"/>` : `<dgm:relIds xmlns:dgm="${drawing}/diagram" r:dm="${id}"/>`}</a:graphic></w:drawing></w:r>`;
    const chart = `<c:chartSpace ${chartSpace}><c:chart>${series('A', `<c:val>${numbers('General', [0, '5'])}</c:val>`)}</c:chart></c:chartSpace>`;
    const diagram = `<dgm:dataModel xmlns:dgm="${drawing}/diagram" xmlns:a="${drawing}/main"><dgm:pt><a:p><a:r><a:t>Plan</a:t></a:r></a:p></dgm:pt></dgm:dataModel>`;
    const bytes = docxOf(p(part('c:chart', 'c')) + p(part('dgm', 'd')), {}, [
      ['c', 'chart', 'chart.xml'],
      ['d', 'diagramData', 'data.xml'],
    ]);
    const { unzipSync, zipSync } = await import('fflate');
    const parts = { 'word/chart.xml': Buffer.from(chart), 'word/data.xml': Buffer.from(diagram) };
    const text = await read('docx', zipSync({ ...unzipSync(bytes), ...parts }));
    expect(text).toBe('Chart:\n\n|  | A |\n| --- | --- |\n|  | 5 |\n\nPlan');
  });
});

describe('a DOCX document of Pandoc', () => {
  it('has boxes of its tasks, no soft hyphens, and only its title as a heading', async () => {
    const styles = `<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style><w:style w:type="paragraph" w:styleId="Author"><w:name w:val="Author"/><w:basedOn w:val="Title"/></w:style>`;
    const bullet = (id: number, text: string, font = '') =>
      `<w:abstractNum w:abstractNumId="${id}"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="${text}"/>${font && `<w:rPr><w:rFonts w:ascii="${font}"/></w:rPr>`}</w:lvl></w:abstractNum><w:num w:numId="${id}"><w:abstractNumId w:val="${id}"/></w:num>`;
    const task = (id: number, text: string) =>
      p(text, `<w:numPr><w:ilvl w:val="0"/><w:numId w:val="${id}"/></w:numPr>`);
    const body = `${p('Paper', '<w:pStyle w:val="Title"/>')}${p('Ann', '<w:pStyle w:val="Author"/>')}${task(1, 'to do')}${task(2, 'done')}${task(3, 'docu\u00ADment')}${task(4, 'plain')}`;
    const numbering = bullet(1, '☐') + bullet(2, '☒') + bullet(3, '\uF0FC', 'Wingdings') + bullet(4, '·', 'Symbol');
    expect(await read('docx', docxOf(body, { styles, numbering }))).toBe(
      '# Paper\n\nAnn\n\n- ☐ to do\n- ☒ done\n- ✓ document\n- plain',
    );
  });
});

describe('a workbook of a program that does not calculate', () => {
  const space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
  const workbook = (rows: string, calculation = '', styles = '') =>
    zipOf({
      '_rels/.rels': relationships([['r', 'officeDocument', 'xl/workbook.xml']]),
      'xl/workbook.xml': `<workbook ${space} xmlns:r="${main}/relationships"><sheets><sheet name="S" r:id="s"/></sheets>${calculation}</workbook>`,
      'xl/_rels/workbook.xml.rels': relationships([
        ['s', 'worksheet', 'sheet1.xml'],
        ['t', 'styles', 'styles.xml'],
      ]),
      'xl/styles.xml': `<styleSheet ${space}><cellXfs>${styles}</cellXfs></styleSheet>`,
      'xl/sheet1.xml': `<worksheet ${space}><sheetData><row>${rows}</row></sheetData></worksheet>`,
    });
  const total = '<c><f>_xlfn.SUM(A1:A2)</f><v>0</v></c><c><f>A2*2</f><v>5</v></c>';

  it('has its formulas where their values are none', async () => {
    expect(await read('xlsx', workbook(total, '<calcPr fullCalcOnLoad="1"/>'))).toContain('| =SUM(A1:A2) | 5 |');
    expect(await read('xlsx', workbook(total))).toContain('| 0 | 5 |');
  });

  it('has the head of pandas above its columns, though an empty row is between', async () => {
    const row = (at: number, cells: string) => `</row><row r="${at}">${cells}`;
    const cell = (place: string, value: number) => `<c r="${place}"><v>${value}</v></c>`;
    const head = cell('B1', 2024) + row(2, cell('B2', 1) + cell('C2', 2));
    const data = row(4, cell('A4', 7) + cell('B4', 8) + cell('C4', 9));
    expect(await read('xlsx', workbook(head + data))).toContain(
      '|  | 2024 |  |\n| --- | --- | --- |\n|  | 1 | 2 |\n| 7 | 8 | 9 |',
    );
    // A title above a table is none of its heads.
    const title = cell('A1', 1) + row(3, cell('A3', 2) + cell('B3', 3));
    expect(await read('xlsx', workbook(title))).toContain('| 1 |\n| --- |\n\n| 2 | 3 |');
  });

  it('has titles by themselves that are not in the first column', async () => {
    const rows = (...all: readonly string[]) => all.map((each, at) => `</row><row r="${at + 1}">${each}`).join('');
    const cells = (at: number, texts: Readonly<Record<string, string>>) =>
      Object.entries(texts)
        .map(([column, text]) => `<c r="${column}${at}" t="str"><v>${text}</v></c>`)
        .join('');
    const table = [
      cells(4, { A: 'Item', B: 'Qty', C: 'Price', D: 'Total' }),
      cells(5, { A: 'Pen', B: '2', C: '3', D: '6' }),
    ];
    const own = '|\n\n| Item | Qty | Price | Total |';
    for (const [one, other] of [
      [{ C: 'Invoice' }, { C: 'No. 17' }],
      [
        { C: 'Invoice', D: '17' },
        { C: 'Date', D: '2024' },
      ],
      [{ D: 'Invoice' }, { D: 'No. 17' }],
    ] as const) {
      const sheet = rows(cells(1, one), cells(2, other), '', ...table);
      expect(await read('xlsx', workbook(sheet))).toContain(own);
    }
    const sheet = rows('', cells(2, { B: 'Sales report 2024' }), '', ...table);
    expect(await read('xlsx', workbook(sheet))).toContain(`| Sales report 2024 |\n| --- ${own}`);
  });

  it('has dollars by the formats that have a number only', async () => {
    const cells = '<c s="0"><v>-1234.5</v></c><c s="1"><v>1234.5</v></c>';
    expect(await read('xlsx', workbook(cells, '', '<xf numFmtId="7"/><xf numFmtId="44"/>'))).toContain(
      '| ($1,234.50) | $1,234.50 |',
    );
  });
});

describe('mail', () => {
  const parts = (type: string, ...all: readonly string[]) =>
    Buffer.from(
      `From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/${type}; boundary=m\r\n\r\n${all.map((part) => `--m\r\n${part}\r\n`).join('')}--m--\r\n`,
    );
  const html =
    'Content-Type: text/html\r\n\r\n<p>Prices rise by 5 % on 1 April, and orders until Friday keep the old one.</p>';
  const plain = (text: string) => `Content-Type: text/plain\r\n\r\n${text}`;

  it('is read as HTML where the plain text says little more than that there is HTML', async () => {
    expect(await read('eml', parts('alternative', plain('Please view this as HTML.'), html))).toContain('by 5 % on');
    const same = 'Prices rise by 5 % on 1 April, and orders until Friday keep the old one. (plain)';
    expect(await read('eml', parts('alternative', plain(same), html))).toContain('(plain)');
  });

  it('has the tables of HTML that a text stands beside', async () => {
    const table = 'Content-Type: text/html\r\n\r\n<table><tr><th>a</th></tr><tr><td>1</td></tr></table>';
    expect(await read('eml', parts('mixed', table, plain('-- of the list')))).toMatch(/\| a \|\n[^]*-- of the list/);
  });

  it('has the text of mails that are attached as files', async () => {
    const inner =
      'Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\nSubject: Inner\r\nContent-Type: text/plain; format=flowed\r\n\r\nIt goes \r\non.';
    expect(await read('eml', parts('mixed', plain('See below.'), inner))).toMatch(
      /See below\.[^]*Attached mail:\n\nSubject: Inner\n\nIt goes on\./,
    );
  });
});
