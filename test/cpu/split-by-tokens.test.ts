import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { splitByTokens } from '../../src/cpu/tasks/split-by-tokens.js';
import { estimateText } from '../../src/tokens/index.js';

describe('a text in parts', () => {
  it('is whole when they are joined, each part within the limit, no character cut', () => {
    const words = fc.array(fc.constantFrom('word', 'Sentence. ', '\n\n', ' ', '🙂', '漢字', 'x'.repeat(300)), {
      maxLength: 400,
    });
    fc.assert(
      fc.property(words, fc.integer({ min: 20, max: 200 }), (pieces, tokens) => {
        const text = pieces.join('');
        const parts = splitByTokens({ text, tokens });
        expect(parts.join('')).toBe(text);
        for (const part of parts) {
          expect(part).not.toMatch(/\p{Cs}/u);
          expect(estimateText(part)).toBeLessThanOrEqual(tokens);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is parted between paragraphs where it can be, else between sentences', () => {
    const paragraph = 'One sentence here. Another one there.\n\n';
    expect(splitByTokens({ text: paragraph.repeat(2), tokens: estimateText(paragraph) })).toEqual([
      paragraph,
      paragraph,
    ]);
    expect(
      splitByTokens({ text: 'One sentence here. Another one there.', tokens: estimateText('One sentence here. ') }),
    ).toEqual(['One sentence here. ', 'Another one there.']);
  });
});

it('splits what comes again and again into few parts: pieces take more together than each for itself', () => {
  const text = 'The NORTHERN clause ends the contract. '.repeat(1_000);
  const parts = splitByTokens({ text, tokens: 5_000 });
  expect(parts.join('')).toBe(text);
  expect(Math.max(...parts.map(estimateText))).toBeLessThanOrEqual(5_000);
  expect(parts.length).toBeLessThan(20);
});
