import fc from 'fast-check';
import { expect, it } from 'vitest';

import { beginningOf } from '../../src/contract/cut-text.js';
import { cutMessage } from '../../src/contract/failures.js';
import { wellFormed } from '../../src/model/sendable.js';

const half = /\p{Cs}/u;
const text = fc.string({ unit: fc.constantFrom('a', '😀', 'é', '中', '👩‍👩‍👧') });

it('a cut leaves whole characters, and as many as fit', () => {
  fc.assert(
    fc.property(text, fc.nat(30), (whole, most) => {
      const cut = beginningOf(whole, most);
      expect(whole.startsWith(cut)).toBe(true);
      expect(cut).not.toMatch(half);
      expect(cut.length).toBeGreaterThanOrEqual(Math.min(whole.length, most) - 1);
    }),
  );
});

it('a message that is cut has whole characters', () => {
  for (const before of ['', 'x']) expect(cutMessage(`${before}${'😀'.repeat(3_000)}`)).not.toMatch(half);
});

it('whatever is sent is well-formed JSON, and what was is the very same', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(wellFormed(value)).toBe(value);
    }),
  );
  const halves = fc.string({ unit: fc.constantFrom('a', '\uD83D', '\uDE00', '😀') });
  fc.assert(
    fc.property(fc.dictionary(halves, fc.array(halves)), (value) => {
      const json = JSON.stringify(wellFormed(value));
      expect(json).not.toMatch(/\\ud[89a-f]/);
      expect(json).not.toMatch(half);
    }),
  );
});
