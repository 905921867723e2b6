import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { declarations } from '../../bench/tokens/declarations.mjs';
import { machineTexts } from '../../bench/tokens/machine-texts.mjs';
import { readmes } from '../../bench/tokens/readmes.mjs';
import { realCount, tokenizers } from '../../bench/tokens/tokenizers.mjs';
import { splitByTokens } from '../../src/cpu/tasks/split-by-tokens.js';
import { estimateText } from '../../src/tokens/index.js';

const languages = declarations();

/** Of prose, an estimate is at most this many times the larger of two real counts. */
const most = 1.6;

/** Estimates that are below the real count, and, of prose, above 1.6 times of it. */
function wrongIn(texts: readonly (readonly [name: string, text: string])[], above = Infinity): string[] {
  return texts.flatMap(([name, text]) => {
    const [estimate, real] = [estimateText(text), realCount(text)];
    return estimate < real || estimate > above * real ? [`${name}: ${estimate} of ${real}`] : [];
  });
}

describe('the estimate of a text', () => {
  it('is measured against two tokenisers that count differently', () => {
    expect(Object.keys(tokenizers)).toEqual(['claude2', 'o200k']);
    const thai = languages.find(({ name }) => name === 'Thai')!.text;
    expect(tokenizers['claude2']!(thai)).toBeGreaterThan(3 * tokenizers['o200k']!(thai));
  });

  it('is not below the real count, nor above 1.6 times of it, for the declaration of human rights in each of 500 languages', () => {
    const texts = languages.map(({ name, text }) => [name, text] as const);
    expect(texts.length).toBeGreaterThan(500);
    expect(wrongIn(texts, most)).toEqual([]);
  });

  it('is, for each language in docs/bounds.md, the multiple of the real count that the page tells', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/bounds.md'), 'utf8');
    const [, rows = ''] = /^\| language \|.*\n[-|]+\n((?:\|.*\n)+)/m.exec(page) ?? [];
    const told = [...rows.matchAll(/\| ([A-Z][a-z]+) \| [\d.]+ \| ([\d.]+)(?= \|)/g)];
    expect(told.length).toBeGreaterThan(20);
    const full = { German: 'German, Standard (1996)', Greek: 'Greek (monotonic)', Khmer: 'Khmer, Central' };
    const others = { Arabic: 'Arabic, Standard', Chinese: 'Chinese, Mandarin (Simplified)' };
    const names: Record<string, string> = { ...full, ...others };
    for (const [, language = '', times] of told) {
      const { text } = languages.find(({ name }) => name === (names[language] ?? language))!;
      expect(`${language} ${(estimateText(text) / realCount(text)).toFixed(2)}`).toBe(`${language} ${times}`);
    }
  });

  it('is so for English that the table was not measured on', () => {
    const texts = readmes(1).map((text) => [text.slice(0, 80), text] as const);
    expect(texts.length).toBeGreaterThan(50);
    expect(wrongIn(texts, most)).toEqual([]);
  });

  it('is not below the real count of texts of machines, whole or in pieces', () => {
    for (let seed = 5_000; seed < 5_003; seed += 1) {
      const texts = Object.entries(machineTexts(seed));
      expect(wrongIn(texts)).toEqual([]);
      expect(wrongIn(texts.map(([name, text]) => [name, text.slice(0, 40 + 10 * (seed % 7))]))).toEqual([]);
    }
  });

  it.each([
    'word',
    'The customer pays. ',
    '0',
    'ab',
    ' 0',
    ':[',
    'serser',
    'null,',
    '{"a":1},',
    '\u0e01\u0e32',
    '漢字',
    '🙂',
    'é',
    '\n',
    ' ',
    '-',
    '=',
    '\t\n',
    '+-----+-------+\n| a   |   12  |\n+=====+=======+\n',
    'A ---> B ===> C\n|      ^\nv      |\nD <--- E\n',
  ])('is not below the real count of %j over and over', (piece) => {
    for (const times of [1, 2, 5, 30, 400]) expect(wrongIn([[piece, piece.repeat(times)]])).toEqual([]);
  });

  it('is not below the real count of a unit of any length over and over', () => {
    const sources = [
      languages.find(({ code }) => code === 'eng')!.text,
      readmes(1).join('\n'),
      ...Object.values(machineTexts(6_000)),
      ...['0123456789', '=-+|. ', '\n\t0- '].map((signs) => signs.repeat(50)),
    ].map((text) => text.replaceAll(/[^\0-\x7f]/g, ''));
    let state = 7;
    const next = (most: number) => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) % most;
    for (const period of [3, 4, 5, 7, 10, 13, 18, 27, 40, 64]) {
      for (const text of sources) {
        const at = next(text.length - period);
        const unit = text.slice(at, at + period);
        for (const length of [4 * period + 5, 400]) {
          const repeated = unit.repeat(Math.ceil(length / period)).slice(0, length);
          expect(wrongIn([[unit, repeated]])).toEqual([]);
        }
      }
    }
  });

  it.each([
    ['zeros in base64', 'A'.repeat(4_000), 1.3],
    ['zeros in base64, in lines', `${'A'.repeat(76)}\n`.repeat(50), 1.8],
    ['a row of dots', '.'.repeat(2_000), 1.5],
    ['dots and blanks', '. '.repeat(1_000), 1.2],
    ['a ruler', `${'-'.repeat(9)}+`.repeat(200), 2.5],
    ['a line of a table of contents', `Chapter ${'.'.repeat(24)} 12\n`.repeat(60), 2.5],
    ['a line', `${'='.repeat(60)}\n`.repeat(40), 3.7],
    ['a sentence', 'The customer pays. '.repeat(100), 1.9],
    ['zeros', '0, '.repeat(700), 1.1],
    ['numbers', '0.0, '.repeat(400), 1.1],
  ])('of %s over and over is near the real count', (name, text, above) => {
    expect(wrongIn([[name, text]], above)).toEqual([]);
  });

  it('is not below the real count of any two signs over and over', () => {
    const wrong: string[] = [];
    const signs = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at));
    for (const [at, one] of ['\n', '\t', ...signs].entries()) {
      // Of all pairs a third, and all with a tab or a line break.
      for (const other of at < 2 ? signs : signs.filter((_, place) => place % 3 === at % 3)) {
        const pair = one + other;
        wrong.push(...wrongIn([[pair, pair.repeat(60)]]));
      }
    }
    expect(wrong).toEqual([]);
  });

  it('is not below the real count of rare signs over and over', () => {
    const signs = ['\u0288', '\u1051', '\u2345', '\u{1698E}', '\u{12000}', '\u{1E900}', '\u{1F24B}', '\u{1F660}'];
    // What NFKC takes apart.
    for (const sign of [...signs, '\u{1D15E}', '\u{1D160}', '\u{1D1BF}', '\u{1F12A}', '\u{1F246}']) {
      for (let times = 1; times < 60; times += 1) {
        const text = sign.repeat(times);
        expect(estimateText(text), `${times} times ${sign}`).toBeGreaterThanOrEqual(realCount(text));
      }
    }
  });

  it.each(['ACGT', '.- ', '01\n', '#.', 'ab', '+-<>[].,', 'IVXLCDM', '-= ', 'HL'])(
    'is not below the real count of %j in no order',
    (signs) => {
      // Numbers of a linear congruence (Numerical Recipes): the same in every run.
      let state = signs.length;
      const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
      for (const length of [30, 60, 150, 400, 3_000]) {
        const text = Array.from({ length }, () => signs[(next() >>> 16) % signs.length]).join('');
        expect(wrongIn([[`${length}`, text]])).toEqual([]);
      }
    },
  );

  it('is not below the real count of anything mixed', () => {
    const words = languages.flatMap(({ text }) => text.split(/(?<=\s)/).slice(0, 60));
    const machine = Object.values(machineTexts(9_000));
    const piece = fc.oneof(
      fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((each) => each.join('')),
      fc
        .tuple(fc.constantFrom(...machine), fc.nat(1_000), fc.integer({ min: 1, max: 120 }))
        .map(([text, from, length]) => text.slice(from, from + length)),
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.string({ maxLength: 30 }),
      // Halves of surrogate pairs too.
      fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map((codes) => String.fromCharCode(...codes)),
      fc
        .tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 60 }))
        .map(([text, times]) => text.repeat(times)),
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        expect(estimateText(text)).toBeGreaterThanOrEqual(realCount(text));
      }),
      { numRuns: 400 },
    );
  });

  it('is nothing for nothing, and counts a lone half as the character that it is sent as', () => {
    expect(estimateText('')).toBe(0);
    expect(estimateText('\ud800')).toBeGreaterThanOrEqual(realCount('\ufffd'));
  });
});

describe('a part of so many tokens', () => {
  it('has no more of them by either tokeniser, in any language', () => {
    const tokens = 400;
    for (const { name, text } of languages.filter((_, at) => at % 12 === 0)) {
      const parts = splitByTokens({ text, tokens });
      expect(parts.join('')).toBe(text);
      expect(wrongIn(parts.map((part) => [`${name}: ${part.slice(0, 40)}`, part]))).toEqual([]);
      for (const part of parts) expect(realCount(part), name).toBeLessThanOrEqual(tokens);
    }
  });

  it('has no more of them in texts of machines, and is not needlessly small', () => {
    const tokens = 200;
    for (const [shape, text] of Object.entries(machineTexts(7_000))) {
      const parts = splitByTokens({ text, tokens });
      expect(parts.join('')).toBe(text);
      for (const part of parts) expect(realCount(part), shape).toBeLessThanOrEqual(tokens);
    }
    const english = languages.find(({ code }) => code === 'eng')!.text;
    expect(splitByTokens({ text: english, tokens: 500 }).length).toBeLessThanOrEqual(8);
  });
});
