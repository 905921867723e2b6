import { describe, expect, it } from 'vitest';

import { joinPages } from '../../src/cpu/pdf/join-pages.js';
import { blocksOfPage } from '../../src/cpu/pdf/page-blocks.js';
import { taggedCells } from '../../src/cpu/pdf/tagged-cells.js';
import type { TaggedCell } from '../../src/cpu/pdf/tagged-cells.js';
import { readPdf } from '../../src/cpu/tasks/read-pdf.js';
import { pdfOfPages, text } from '../support/pdf.js';

describe('a page that was made to be slow', () => {
  const item = { dir: 'ltr', width: 20, height: 10, fontName: 'f', hasEOL: true };
  const at = (number: number, x: number, y: number) => ({
    ...item,
    str: `w${number}`,
    transform: [10, 0, 0, 10, x, y],
  });

  // Without its bounds, the first of these took six minutes.
  it.each([
    ['rows of which each leaves other room', 4_000, (number: number) => at(number, number * 21, number * 9)],
    [
      'more pieces than are compared',
      50_000,
      (number: number) => at(number, (number * 7919) % 600, (number * 104_729) % 800),
    ],
  ])('is read, with all its words: %s', (_, count, place) => {
    const items = Array.from({ length: count }, (_each, number) => place(number));
    const blocks = blocksOfPage({ items, annotations: [], toPage: [1, 0, 0, -1, 0, 792], verticalFonts: new Set() });
    const { text: found } = joinPages([blocks], []);
    expect(new Set(found.match(/w\d+/g)).size).toBe(count);
  });
});

describe('a line', () => {
  const textOf = (...pieces: readonly [str: string, x: number, width: number, y?: number, size?: number][]) => {
    const items = pieces.map(([str, x, width, y = 500, size = 10]) => ({
      str,
      dir: 'ltr',
      width,
      height: size,
      fontName: 'f',
      hasEOL: false,
      transform: [size, 0, 0, size, x, y],
    }));
    const page = { items, annotations: [], toPage: [1, 0, 0, -1, 0, 792], verticalFonts: new Set<string>() };
    return joinPages([blocksOfPage(page)], []).text;
  };

  it('has letters that are lowered by half of a letter, as ReportLab does, where they stand', () => {
    const text = textOf(
      ['x', 72, 5],
      ['2', 77, 4, 505, 8],
      ['+ y', 84, 14],
      ['1', 98, 4, 495, 8],
      ['= 5 < 7', 106, 30],
    );
    expect(text).toBe('x² + y₁ = 5 < 7');
  });

  it('has letters that are lowered without being smaller, as WeasyPrint does, where they stand', () => {
    expect(textOf(['and H', 72, 34, 500, 11], ['2', 106, 7, 494.7, 10.7], ['O.', 113, 10, 500, 11])).toBe('and H₂O.');
  });

  it('from right to left has its brackets as they are meant, and not as they look', () => {
    expect(textOf(['סוף', 72, 20], ['(', 95, 4], ['בסוגריים', 99, 40], [')', 139, 4], ['טקסט', 146, 20])).toBe(
      'טקסט (בסוגריים) סוף',
    );
    expect(textOf(['טקסט )בסוגריים( של f(x) סוף', 72, 150])).toBe('טקסט (בסוגריים) של f(x) סוף');
    expect(textOf(['A text (in brackets) of [2] f(x)', 72, 150])).toBe('A text (in brackets) of [2] f(x)');
  });
});

describe('a table that the document says is one', () => {
  const cell = (id: string) => ({ role: 'TD', children: [{ role: 'NonStruct', children: [{ id }] }] });
  const tree = (...rows: readonly (readonly string[])[]) => ({
    children: [
      {
        role: 'Table',
        children: [{ role: 'TBody', children: rows.map((ids) => ({ role: 'TR', children: ids.map(cell) })) }],
      },
    ],
  });
  const read = (
    cells: ReturnType<typeof taggedCells>,
    ...texts: readonly (readonly [str: string, x: number, width: number, y: number, id?: string])[]
  ) => {
    const items = texts.map(([str, x, width, y, id = '']) => ({
      str,
      dir: 'ltr',
      width,
      height: 10,
      fontName: 'f',
      hasEOL: false,
      transform: [10, 0, 0, 10, x, y],
      ...(cells.has(id) && { tagged: cells.get(id) as TaggedCell }),
    }));
    return joinPages(
      [blocksOfPage({ items, annotations: [], toPage: [1, 0, 0, -1, 0, 792], verticalFonts: new Set() })],
      [],
    ).text;
  };

  it('has its cells, however near they are to each other, and lines of one cell together', () => {
    const cells = taggedCells(tree(['h1', 'h2', 'h3'], ['a', 'b', 'c'], ['t', 's']));
    const text = read(
      cells,
      ...([
        ['Invoice', 72, 40, 750],
        ['No', 72, 12, 700, 'h1'],
        ['Item', 86, 20, 700, 'h2'],
        ['Total', 200, 25, 700, 'h3'],
      ] as const),
      ...([
        ['Pump with a long', 86, 100, 680, 'b'],
        ['1', 72, 6, 674, 'a'],
        ['9.50', 203, 22, 674, 'c'],
        ['description', 86, 60, 668, 'b'],
      ] as const),
      ...([
        ['Sum of all', 72, 60, 650, 't'],
        ['9.50', 203, 22, 650, 's'],
        ['Thank you.', 72, 60, 620],
      ] as const),
    );
    expect(text).toBe(
      'Invoice\n\n| No | Item | Total |\n| --- | --- | --- |\n| 1 | Pump with a long description | 9.50 |\n| Sum of all |  | 9.50 |\n\nThank you.',
    );
  });

  it('has numbers below their heads where cells are empty, which the tags leave out', () => {
    const cells = taggedCells(tree(['r', 'q1', 'q2'], ['n', 'x'], ['s', 'y']));
    const text = read(
      cells,
      ...([
        ['Region', 72, 30, 700, 'r'],
        ['Q1', 200, 12, 700, 'q1'],
        ['Q2', 300, 12, 700, 'q2'],
      ] as const),
      ...([
        ['North', 72, 25, 680, 'n'],
        ['10', 282, 12, 680, 'x'],
        ['South', 72, 25, 660, 's'],
        ['14', 382, 12, 660, 'y'],
      ] as const),
    );
    expect(text).toBe('| Region | Q1 | Q2 |\n| --- | --- | --- |\n| North | 10 |  |\n| South |  | 14 |');
  });

  it('has words in one that are parted at the ends of lines of a cell', () => {
    const cells = taggedCells(tree(['h', 'i'], ['a', 'b']));
    const text = read(
      cells,
      ...([
        ['Fee', 72, 20, 700, 'h'],
        ['For', 200, 20, 700, 'i'],
        ['500', 72, 20, 680, 'a'],
        ['Early Termi\u2010', 200, 60, 680, 'b'],
        ['nation of', 200, 60, 668, 'b'],
        ['Contract', 200, 60, 656, 'b'],
      ] as const),
    );
    expect(text).toBe('| Fee | For |\n| --- | --- |\n| 500 | Early Termination of Contract |');
  });

  it.each([
    ['of three cells', ['12'], '| Long pump | 12 | 9.50 |\n| --- | --- | --- |'],
    ['of two', [], 'Long 9.50 pump'],
  ])('has a row alone without the head of its page: %s', (_, more, expected) => {
    const text = read(
      taggedCells(tree(['a', ...more.map(() => 'b'), 'c'])),
      ...([
        ['Report 2024', 72, 60, 750],
        ['Page 2 of 3', 400, 60, 750],
        ['Long', 72, 30, 730, 'a'],
        ['pump', 72, 30, 718, 'a'],
      ] as const),
      ...more.map((each) => [each, 200, 12, 730, 'b'] as const),
      ...([
        ['9.50', 400, 22, 730, 'c'],
        ['Thank you for it.', 72, 80, 690],
      ] as const),
    );
    expect(text).toBe(`Report 2024 Page 2 of 3\n\n${expected}\n\nThank you for it.`);
  });

  it('that something stands beside is read by its places', () => {
    const cells = taggedCells(tree(['a', 'b'], ['c', 'd']));
    const text = read(
      cells,
      ...([
        ['a', 72, 6, 700, 'a'],
        ['b', 100, 6, 700, 'b'],
        ['c', 72, 6, 680, 'c'],
        ['d', 100, 6, 680, 'd'],
        ['beside', 300, 30, 690],
      ] as const),
    );
    for (const word of ['a', 'b', 'c', 'd', 'beside']) expect(text).toContain(word);
  });
});

it('has the cells of its tables as its tags have them', async () => {
  const rows = [
    ['Item', 'Price'],
    ['Long pump', '9.50'],
  ];
  const marked = rows.flat().map((cell, id) => {
    const [x, y] = [id % 2 === 0 ? 72 : 136, 700 - 20 * Math.floor(id / 2)];
    return `/P << /MCID ${id} >> BDC ${text(cell, x, y)} EMC`;
  });
  // Objects from 100 on: the root of the tree, its table, two rows, four cells.
  const element = (role: string, parent: number, kids: string, more = '') =>
    `<< /Type /StructElem /S /${role} /P ${parent} 0 R /K ${kids} ${more} >>`;
  const bytes = pdfOfPages([{ content: marked.join('\n'), more: '/StructParents 0' }], {
    catalogue: '/StructTreeRoot 100 0 R /MarkInfo << /Marked true >>',
    objects: [
      '<< /Type /StructTreeRoot /K [101 0 R] /ParentTree << /Nums [0 [104 0 R 105 0 R 106 0 R 107 0 R]] >> >>',
      element('Table', 100, '[102 0 R 103 0 R]'),
      element('TR', 101, '[104 0 R 105 0 R]'),
      element('TR', 101, '[106 0 R 107 0 R]'),
      ...rows.flat().map((_, id) => element('TD', id < 2 ? 102 : 103, String(id), '/Pg 3 0 R')),
    ],
  });
  expect((await readPdf({ bytes })).text).toBe('| Item | Price |\n| --- | --- |\n| Long pump | 9.50 |');
});
