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
