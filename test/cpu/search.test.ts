import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { excerpt, excerptLength } from '../../src/cpu/search/excerpt.js';
import { fold, foldWithOrigins } from '../../src/cpu/search/fold.js';
import { Terms } from '../../src/cpu/search/terms.js';
import { searchFolder } from '../../src/cpu/tasks/search-folder.js';
import { root } from '../support/fanfold.js';
import { docxOf, p } from '../support/office.js';
import { pdfOf } from '../support/pdf.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fanfold-search-'));
});

afterEach(() => rm(folder, { recursive: true }));

async function found(files: Record<string, string | Buffer>, question: string): Promise<string[]> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const { hits } = await searchFolder({ folder, question, homes: [] });
  return hits.map(({ title }) => title);
}

const other = 'Nothing of the kind is in here. 別の文書です。';

describe('documents of every kind are searched by what their readers give', () => {
  it.each([
    ['pdf', pdfOf('The zebra is striped.')],
    ['docx', docxOf(p('The zebra is striped.'))],
    ['eml', 'From: a@example.org\nDate: x\nSubject: =?utf-8?Q?Ze=62ra?=\n\nHi.'],
    ['html', Buffer.from('\uFEFF<html><p>The zebra</p><script>lion()</script></html>', 'utf16le')],
  ] as [string, string | Buffer, string?][])('%s', async (ending, content, question = 'zebra') => {
    expect(await found({ [`a.${ending}`]: content, 'b.md': other }, question)).toEqual([`a.${ending}`]);
  });
});

describe('a word is found', () => {
  it.each([
    ['$250', 'It costs $250.'],
    ['250', 'It costs $250.'],
    ['250', '<b>250€</b>'],
    ['retryLimit', 'Set `retryLimit` to 3.'],
    ['`retryLimit`', 'Set retry_limit to 3.'],
    ['retry limit', 'Set retryLimit=3'],
    ['limit', 'const retryLimit = 3;'],
    ['pool-size', 'POOL_SIZE=4'],
    ['server', 'class HTTPServer {}'],
    ['termination', '<h1>Termination</h1>'],
    ['cafe', 'Résumé of the café meeting'],
    ['café', 'The cafe'],
    ['café'.normalize('NFD'), 'The café'],
    ['CAFÉ', 'The café'],
    ['Zurich', 'In Zürich.'],
    ['Strasse', 'In der Straße.'],
    ['København', 'in Kobenhavn'],
    ['Đà Nẵng', 'o Da Nang'],
    ['đoạt', 'Không ai bị tước đoạt quốc tịch'.normalize('NFD')],
    ['doat', 'bị tước đoạt'.normalize('NFD')],
    ['елка', 'Новогодняя ёлка.'],
    ['ΟΔΟΣ', 'Η οδός.'],
    ['finance', 'The ﬁnance team'],
    ['Schlüssel', 'Der Schluessel liegt hier.'],
    ['schluessel', 'Der Schlüssel liegt hier.'],
    ['Versicherung', 'Die Haftpflichtversicherung gilt.'],
    ['1234567', 'Gesamt 1.234.567,89 EUR'],
    ['1234567', 'Total 1\u202F234\u202F567 EUR'],
    ['1,234,567', 'Total 1 234 567 EUR'],
    ['1500000', '총액은 1,500,000원입니다.'],
    ['1,500,000원', 'In all 1500000 KRW'],
    ["CHF4'567'890", 'Total 4567890'],
    ['4567890', "Total CHF4'567'890.50"],
    ['1234567', 'المبلغ ١٬٢٣٤٬٥٦٧٫٨٩ ريال'],
    ['١٢٣٤٥٦٧', 'المبلغ ١٬٢٣٤٬٥٦٧ ريال'],
    ['۱۲۳', 'Room 123'],
    ['termination', 'the termi-\nnation clause'],
    ['disclosure', 'the non-\ndisclosure agreement'],
    ['계약을', '계약 검토'],
    ['العقد', 'عقد العمل'],
    ['الشركه', 'الشركة'],
    ['ايراني', 'شرکت ایرانی'],
    ['Donaudampf', 'Donau\u00ADdampf'],
    ['revenu', 'The revenue.'],
    ['C++', 'Written in C++.'],
    ['1,250', 'In all 1,250 people'],
    ['d’accord', "Il est d'accord."],
    ['売上高', '四半期の売上高は増加しました。'],
    ['収益', '北部地域の収益が最も高かった。'],
    ['売上高', '四半期の売上\n高は増加しました。'],
    ['ﾃﾞｰﾀ', 'データを保護する。'],
    ['合同', '本合同自双方签字之日起生效'],
    ['ＡＰＩ', 'The API'],
    ['สิทธิ', 'ทุกคนมีสิทธิในการดำรงชีวิต'],
    ['회의', '다음 회의는 월요일입니다.'],
    ['정보', '개인정보보호법'],
    ['كتاب', 'قرأت الكِتاب أمس'],
    ['שלום', 'שָׁלוֹם'],
    ['→', 'a → b'],
    ['🚀', 'To the moon 🚀!'],
  ])('%s', async (question, text) => {
    expect(await found({ 'a.md': text, 'b.md': other }, question)).toEqual(['a.md']);
  });

  it.each<[string, string | Buffer]>([
    ['page.html', '<html><head><script>elephant()</script></head><body><h1>Zebra</h1><p>caf&eacute;</p></body></html>'],
    ['utf16.txt', Buffer.from('\uFEFFA zebra in a café', 'utf16le')],
    ['marked.txt', '\uFEFFzebra, café'],
    ['latin.txt', Buffer.from('The zebra of the caf\xe9', 'latin1')],
  ])('in %s', async (path, text) => {
    expect(await found({ [path]: text, 'b.md': other }, 'zebra')).toEqual([path]);
    expect(await found({}, 'café')).toEqual([path]);
    expect(await found({}, 'elephant')).toEqual([]);
  });

  it('by the name of its file', async () => {
    expect(await found({ 'retryLimit-notes.md': 'x', '売上高.md': 'y', 'b.md': other }, 'limit')).toEqual([
      'retryLimit-notes.md',
    ]);
    expect(await found({}, '売上高')).toEqual(['売上高.md']);
  });

  it('with its accents before without', async () => {
    const files = { 'a.md': 'a resume of it', 'b.md': 'a résumé of it' };
    expect(await found(files, 'résumé')).toEqual(['b.md', 'a.md']);
    expect(await found(files, 'resume')).toHaveLength(2);
  });

  it.each(['が', 'mate', 'ours', '2'])('and %s is not, which stands inside of another', async (question) => {
    expect(await found({ 'a.md': 'estimates of hours, 1234' }, question)).toEqual([]);
  });
});

describe('an excerpt', () => {
  const filler = (length: number) => 'lorem ipsum '.repeat(length / 12);

  it.each([
    ['zebra', 'the zebra secret is 42'],
    ['cafe', 'in the café of'],
    ['売上高', '四半期の売上高は増加しました'],
    ['retry limit', 'then retryLimit: 3 is set'],
  ])('is cut around %s', (question, match) => {
    const text = excerpt(`${filler(6_000)} ${match} ${filler(6_000)}`, new Terms(question));
    expect(text).toContain(match);
    expect(text).toMatch(/^… .* …$/u);
    expect(text.length).toBeLessThanOrEqual(excerptLength + 4);
  });

  it('has most of what is asked for, and what is rare rather than what is everywhere', () => {
    const text = `${filler(1_200)} zebra. ${filler(1_200)} the zebra and the elephant ${filler(1_200)} ${'the '.repeat(400)}`;
    expect(excerpt(text, new Terms('the zebra elephant'))).toContain('the zebra and the elephant');
  });

  it('begins with its paragraph, and goes on behind a heading', () => {
    const text = `About lunch.\n\n# Termination\n\nThe notice is a month. ${filler(600)}`;
    expect(excerpt(text, new Terms('termination'))).toMatch(/^# Termination The notice is a month\. lorem .* …$/);
  });

  it('of a short text is the text', () => {
    expect(excerpt('  A\n zebra. ', new Terms('zebra'))).toBe('A zebra.');
  });

  it('begins where the text does if only the name of the file matches', () => {
    expect(excerpt(`Begins here. ${filler(6_000)}`, new Terms('zebra'))).toMatch(/^Begins here\./);
  });

  it('has whole characters, and what is asked for', () => {
    const unit = fc.constantFrom('a', ' ', '😀', '👩‍👩‍👧', 'é', 'é'.normalize('NFD'), '語', 'กำ', '\n');
    const text = fc.array(unit, { minLength: 600, maxLength: 2_000 }).map((units) => units.join(''));
    fc.assert(
      fc.property(text, text, fc.constantFrom('zebra', '売上高', 'สิทธิ'), (before, after, word) => {
        const cut = excerpt(`${before} ${word} ${after}`, new Terms(word));
        expect(cut).toContain(word);
        expect(cut).not.toMatch(/\p{Cs}/u);
        expect(cut).not.toMatch(/^… [\p{M}\u200D]|\u200D …$/u);
      }),
      { numRuns: 100 },
    );
  });
});

it('folding character by character gives what folding at once does, and finds back', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('é', 'e\u0301', 'ß', 'ﬁ', 'が', 'ｶﾞ', '한', 'İ', '😀', 'ก็', 'ς', 'A', ' ') }),
      (text) => {
        const { text: folded, origins } = foldWithOrigins(text);
        expect(folded).toBe(fold(text));
        expect(origins).toHaveLength(folded.length + 1);
        expect(origins.at(-1)).toBe(text.length);
      },
    ),
  );
});

interface Recall {
  plant(to: string): Promise<{ word: string; kind: string; path: string }[]>;
  recall(search: typeof searchFolder, of: string, words: unknown[]): Promise<{ missed: unknown[] }>;
}

it('known words of eight languages are all found', { timeout: 120_000 }, async () => {
  const { plant, recall } = (await import(join(root, 'bench/recall.mjs'))) as Recall;
  const words = await plant(folder);
  // All of them take a minute: `node bench/recall.mjs`.
  expect(words.length).toBeGreaterThan(300);
  expect(
    (
      await recall(
        searchFolder,
        folder,
        words.filter((_, at) => at % 10 === 0),
      )
    ).missed,
  ).toEqual([]);
});
