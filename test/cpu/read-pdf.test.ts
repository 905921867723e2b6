import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CpuPool as Pool, PdfText } from '../../src/cpu/index.js';
import { root } from '../support/fanfold.js';
import { pdfOf, pdfOfPages, text } from '../support/pdf.js';

// The threads run what was built, with the CMaps that are shipped.
const { CpuPool } = (await import(join(root, 'dist/src/cpu/index.js'))) as { CpuPool: typeof Pool };

let pool: Pool;

beforeAll(() => {
  pool = new CpuPool(1);
});

afterAll(() => pool.close());

const read = (bytes: Buffer): Promise<PdfText> => pool.run('readPdf', { bytes });

/** Lines one below the other. */
function lines(texts: readonly string[], x = 72, from = 700, { pitch = 14, size = 12 } = {}): string {
  return texts.map((each, at) => text(each, x, from - at * pitch, { size })).join('\n');
}

const textOf = async (content: string) => (await read(pdfOfPages([{ content }]))).text;

describe('a PDF', () => {
  it('tells how many pages it has and which of them have no text', async () => {
    expect(await read(pdfOf('Due in May.'))).toEqual({ text: 'Due in May.', pages: 1, pagesWithoutText: [] });
    expect(await read(pdfOf(''))).toEqual({ text: '', pages: 1, pagesWithoutText: [1] });
    const pages = [{ content: '' }, { content: text('Only here.', 72, 700) }, { content: '0 0 50 50 re f' }];
    expect(await read(pdfOfPages(pages))).toEqual({
      text: '[Page 1 of 3 has no text.]\n\nOnly here.\n\n[Page 3 of 3 has no text.]',
      pages: 3,
      pagesWithoutText: [1, 3],
    });
  });

  it.each([
    [Buffer.from('%PDF-1.4 broken'), 'It is damaged, or no PDF.'],
    [
      pdfOfPages([{ content: text('x', 72, 700) }], {
        trailer: `/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${'11'.repeat(32)}> /U <${'22'.repeat(32)}> >>`,
      }),
      'It is encrypted, and can be read with its password only.',
    ],
  ])('that cannot be read is refused: %#', async (bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(message);
  });
});

describe('fonts without a table of their own', () => {
  const fontOf = (encoding: string, ordering: string) =>
    `<< /Type /Font /Subtype /Type0 /BaseFont /Some /Encoding /${encoding} /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 ` +
    `/BaseFont /Some /CIDSystemInfo << /Registry (Adobe) /Ordering (${ordering}) /Supplement 2 >> /DW 1000 /FontDescriptor 100 0 R >>] >>`;
  const descriptor =
    '<< /Type /FontDescriptor /FontName /Some /Flags 4 /FontBBox [0 -200 1000 800] /ItalicAngle 0 /Ascent 800 /Descent -200 /StemV 80 >>';
  const ucs2 = (said: string) =>
    `<${Array.from(said, (sign) => sign.codePointAt(0)?.toString(16).padStart(4, '0')).join('')}>`;

  it.each([
    ['UniGB-UCS2-H', 'GB1', '合同金额', ucs2('合同金额')],
    ['UniGB-UTF16-H', 'GB1', '合同金额', ucs2('合同金额')],
    ['GBK-EUC-H', 'GB1', '合同金额', '<BACFCDACBDF0B6EE>'],
    ['UniCNS-UCS2-H', 'CNS1', '契約總額', ucs2('契約總額')],
    ['ETen-B5-H', 'CNS1', '中文', '<A4A4A4E5>'],
    ['UniJIS-UCS2-H', 'Japan1', '契約金額は', ucs2('契約金額は')],
    ['UniJIS-UTF16-H', 'Japan1', '契約金額は', ucs2('契約金額は')],
    ['90ms-RKSJ-H', 'Japan1', '日本語', '<93FA967B8CEA>'],
    ['EUC-H', 'Japan1', '日本', '<C6FCCBDC>'],
    ['UniKS-UCS2-H', 'Korea1', '계약금액', ucs2('계약금액')],
    ['KSCms-UHC-H', 'Korea1', '한국', '<C7D1B1B9>'],
    ['UniJIS-UCS2-V', 'Japan1', '契約金額は', ucs2('契約金額は')],
  ])('have that of %s', async (encoding, ordering, said, codes) => {
    const content = `${text('Invoice', 72, 700)}\n${text(codes, 72, 660, { font: 'F2' })}`;
    const { text: found } = await read(
      pdfOfPages([{ content }], { fonts: { F2: fontOf(encoding, ordering) }, objects: [descriptor] }),
    );
    expect(found).toBe(`Invoice\n\n${said}`);
  });
});

describe('a form', () => {
  const rect = (y: number) => `/Rect [200 ${y - 5} 400 ${y + 15}]`;

  async function fields(widgets: readonly string[], labels: readonly string[] = []): Promise<PdfText> {
    const annotations = widgets.map((_, at) => `${100 + at} 0 R`);
    const content = lines(labels, 72, 700, { pitch: 40 });
    const objects = widgets.map((widget) => `<< /Type /Annot /Subtype /Widget ${widget} >>`);
    return read(
      pdfOfPages([{ content, annotations }], {
        objects,
        catalogue: `/AcroForm << /Fields [${annotations.join(' ')}] /NeedAppearances true >>`,
      }),
    );
  }

  it('has the values of its fields with their names, beside the text', async () => {
    const { text: found } = await fields([`/FT /Tx /T (name) /V (Maria Example) ${rect(700)}`], ['Applicant:']);
    expect(found).toBe('Applicant: [name: Maria Example]');
  });

  it.each([
    ['text in Unicode', '/FT /Tx /T (city) /V <FEFF041A043804570432>', '[city: Київ]'],
    ['text of several lines', String.raw`/FT /Tx /Ff 4096 /T (to) /V (Street 1\nTown)`, '[to: Street 1 / Town]'],
    ['its tool tip', '/FT /Tx /T (f1) /TU (Your name) /V (Ann)', '[f1 (Your name): Ann]'],
    [
      'a choice by what people see',
      '/FT /Ch /Ff 131072 /T (land) /Opt [[(at) (Austria)] [(de) (Germany)]] /V (de)',
      '[land: Germany]',
    ],
    ['several choices', '/FT /Ch /Ff 2097152 /T (tongues) /Opt [(de) (en) (fr)] /V [(de) (fr)]', '[tongues: de, fr]'],
    [
      'a box that is ticked',
      '/FT /Btn /T (agree) /V /Yes /AS /Yes /AP << /N << /Yes 3 0 R /Off 3 0 R >> >>',
      '[x] agree',
    ],
  ])('has %s', async (_, widget, said) => {
    expect(await fields([`${widget} ${rect(700)}`])).toEqual({ text: said, pages: 1, pagesWithoutText: [] });
  });

  it('has the button that is chosen, and those that are not', async () => {
    const button = (name: string, y: number) =>
      `/Parent 102 0 R /AS /${name === 'red' ? name : 'Off'} /AP << /N << /${name} 3 0 R /Off 3 0 R >> >> ${rect(y)}`;
    const objects = [button('red', 700), button('blue', 660)].map(
      (each) => `<< /Type /Annot /Subtype /Widget ${each} >>`,
    );
    const bytes = pdfOfPages([{ content: '', annotations: ['100 0 R', '101 0 R'] }], {
      objects: [...objects, '<< /FT /Btn /Ff 32768 /T (colour) /V /red /Kids [100 0 R 101 0 R] >>'],
      catalogue: '/AcroForm << /Fields [102 0 R] >>',
    });
    expect((await read(bytes)).text).toBe('[x] colour: red\n\n[ ] colour: blue');
  });

  it('has values that a field inherits, and those that stand on no page', async () => {
    const bytes = pdfOfPages([{ content: '', annotations: ['101 0 R'] }], {
      objects: [
        '<< /FT /Tx /T (person) /V (Ann) /Kids [101 0 R] >>',
        `<< /Type /Annot /Subtype /Widget /Parent 100 0 R ${rect(700)} >>`,
        '<< /Subtype /Widget /FT /Tx /T (total) /V (1,200) /Rect [0 0 0 0] >>',
      ],
      catalogue: '/AcroForm << /Fields [100 0 R 102 0 R] >>',
    });
    expect((await read(bytes)).text).toBe('[person: Ann]\n\n[total: 1,200]');
  });

  it.each([
    ['empty', '/FT /Tx /T (name)'],
    ['hidden', '/FT /Tx /T (name) /V (x) /F 2'],
    ['for a password', '/FT /Tx /Ff 8192 /T (name) /V (made-up-token-1)'],
    ['an empty box', '/FT /Btn /T (agree) /AS /Off /AP << /N << /Yes 3 0 R /Off 3 0 R >> >>'],
  ])('has no text where its only field is %s', async (_, widget) => {
    expect(await fields([`${widget} ${rect(700)}`])).toEqual({ text: '', pages: 1, pagesWithoutText: [1] });
  });
});

describe('what is written on a page', () => {
  it('stands where it was written, and a link has its address', async () => {
    const annotations = [
      '<< /Type /Annot /Subtype /FreeText /Contents (STRUCK: clause 4) /Rect [200 690 400 710] /DA (/F1 12 Tf) >>',
      '<< /Type /Annot /Subtype /Text /Contents (Why?) /T (Ann) /Rect [72 630 90 650] >>',
      '<< /Type /Annot /Subtype /Link /Rect [72 655 140 675] /A << /S /URI /URI (https://example.org/terms) >> >>',
    ];
    const content = `${text('Clause 4.', 72, 697)}\n${text('See the terms', 72, 660)}`;
    const { text: found } = await read(pdfOfPages([{ content, annotations }]));
    expect(found).toContain('Clause 4. STRUCK: clause 4');
    expect(found).toContain('See the terms (https://example.org/terms)');
    expect(found).toContain('[comment by Ann: Why?]');
  });
});

describe('the text of a page', () => {
  it('is paragraphs, with words that a line has parted', async () => {
    const first = [
      'The supplier delivers what was agreed in the docu-',
      'ment and is well-',
      'known for the self-',
      'evident quality of it, and',
    ];
    const content = [lines([...first, 'bears the risk.']), lines(['The second paragraph begins here.'], 72, 610)].join(
      '\n',
    );
    expect(await textOf(content)).toBe(
      'The supplier delivers what was agreed in the document and is well-known for the self-evident quality of it, and bears the ' +
        'risk.\n\nThe second paragraph begins here.',
    );
  });

  it('keeps the lines of lists, addresses and clauses', async () => {
    const said = [
      'ACME GmbH',
      'Main Street 1',
      '1.1 The buyer pays within thirty days of the date of',
      'the invoice.',
      '1.2 Notice is given.',
    ];
    expect(await textOf(lines(said))).toBe(
      'ACME GmbH\nMain Street 1\n1.1 The buyer pays within thirty days of the date of the invoice.\n1.2 Notice is given.',
    );
  });

  it('keeps lines that have a label each', async () => {
    const said = ['Invoice no.: 2024-17', 'Date: 04.03.2024', 'Amount: 1.234,56 EUR'];
    expect(await textOf(lines(said))).toBe(said.join('\n'));
  });

  it('has lists whose marks stand apart as lists', async () => {
    const marked = (marks: readonly string[]) =>
      marks
        .map((mark, at) => text(mark, 72, 700 - at * 14) + text(`item ${at + 1} of it`, 100, 700 - at * 14))
        .join('\n');
    const bullet = String.raw`\225`;
    expect(await textOf(marked(['1.', '2.', '3.']))).toBe('1. item 1 of it\n2. item 2 of it\n3. item 3 of it');
    expect(await textOf(marked(['*', '*', '*']).replaceAll('(*)', `(${bullet})`))).toBe(
      '- item 1 of it\n- item 2 of it\n- item 3 of it',
    );
    expect(await textOf(marked(['1', '20', '3']))).toMatch(/^\| 1 \| item 1 of it \|/);
  });

  it('has headings that are set with room between their letters by words', async () => {
    const title = text('TERMS AND FEES', 72, 740, { size: 14 }).replace(' Td ', ' Td 3 Tc ');
    const plain = text('Set as usual here.', 72, 700).replace(' Td ', ' Td 0 Tc ');
    expect(await textOf(`${title}\n${plain}`)).toMatch(/TERMS AND FEES\n\nSet as usual here\./);
    expect(await textOf(text('A B C D E', 72, 700))).toBe('A B C D E');
  });

  const left = [
    'The left column begins here and',
    'goes on with this line of words,',
    'then with a third line that is',
    'followed by the end of it all.',
  ];
  const right = [
    'On the right side another story',
    'is told in lines as long as the',
    'others are, and it ends below',
    'the left one as this line does.',
  ];

  it.each([
    [
      'line by line',
      left
        .map((each, at) => `${text(each, 72, 700 - at * 14)}\n${text(right[at] ?? '', 320, 700 - at * 14)}`)
        .join('\n'),
    ],
    ['column by column', `${lines(left)}\n${lines(right, 320)}`],
    ['on other baselines', `${lines(right, 320, 694)}\n${lines(left)}`],
  ])('is read column by column, if it is in the file %s', async (_, columns) => {
    const title = text('A heading over both of the columns of this page', 72, 740, { size: 20 });
    const found = await textOf(`${title}\n${columns}`);
    const heading = '# A heading over both of the columns of this page';
    expect(found).toBe(`${heading}\n\n${left.join(' ')}\n\n${right.join(' ')}`);
  });

  it.each([['row by row'], ['column by column']])(
    'has tables row by row, if they are in the file %s',
    async (order) => {
      const rows = [
        ['Region', 'May', 'June'],
        ['North', '12', '34'],
        ['South', '', '78'],
      ];
      const cells = rows.flatMap((row, at) =>
        row.map((cell, column) => ({ cell, x: 72 + column * 100, y: 700 - at * 20 })),
      );
      const sorted = order === 'row by row' ? cells : cells.toSorted((one, other) => one.x - other.x);
      const content = sorted.filter(({ cell }) => cell !== '').map(({ cell, x, y }) => text(cell, x, y));
      expect(await textOf(content.join('\n'))).toBe(
        '| Region | May | June |\n| --- | --- | --- |\n| North | 12 | 34 |\n| South |  | 78 |',
      );
    },
  );

  it('tells raised and lowered figures from others', async () => {
    const content = [
      text('10', 72, 700),
      text('6', 86, 705, { size: 7 }),
      text('of H', 95, 700),
      text('2', 117.5, 697, { size: 7 }),
      text('O', 121.5, 700),
    ];
    expect(await textOf(content.join('\n'))).toBe('10⁶ of H₂O');
  });

  it('is upright on pages that are turned, and text along the margin comes last', async () => {
    const turned = 'BT /F1 12 Tf 0 1 -1 0 300 100 Tm (Turned words here) Tj ET';
    expect((await read(pdfOfPages([{ content: turned, more: '/Rotate 90' }]))).text).toBe('Turned words here');
    expect(await textOf(`${turned}\n${text('Words as they usually stand', 72, 700)}`)).toBe(
      'Words as they usually stand\n\nTurned words here',
    );
  });

  it('goes on over the end of a page', async () => {
    const pages = ['The sentence is in two', 'parts on two pages.'].map((line) => ({ content: text(line, 72, 700) }));
    expect((await read(pdfOfPages(pages))).text).toBe('The sentence is in two parts on two pages.');
  });
});
