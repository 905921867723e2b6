import { describe, expect, it } from 'vitest';

import { joinPages } from '../../src/cpu/pdf/join-pages.js';
import { blocksOfPage } from '../../src/cpu/pdf/page-blocks.js';

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

  it('from right to left has its brackets as they are meant, and not as they look', () => {
    expect(textOf(['סוף', 72, 20], ['(', 95, 4], ['בסוגריים', 99, 40], [')', 139, 4], ['טקסט', 146, 20])).toBe(
      'טקסט (בסוגריים) סוף',
    );
    expect(textOf(['טקסט )בסוגריים( של f(x) סוף', 72, 150])).toBe('טקסט (בסוגריים) של f(x) סוף');
    expect(textOf(['A text (in brackets) of [2] f(x)', 72, 150])).toBe('A text (in brackets) of [2] f(x)');
  });
});
