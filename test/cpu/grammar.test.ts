import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { dialectOf, isPlainlyEnglish } from '../../src/cpu/grammar/english.js';
import { isOwn, ownWordsOf } from '../../src/cpu/grammar/own-words.js';
import { isSure } from '../../src/cpu/grammar/sure-suggestion.js';
import { americanOf, waysOf } from '../../src/cpu/grammar/word-parts.js';
import { checkGrammar } from '../../src/cpu/tasks/check-grammar.js';
import type { GrammarTask } from '../../src/cpu/tasks/check-grammar.js';

async function spellingOf(text: string, more: Partial<GrammarTask> = {}) {
  const { findings } = await checkGrammar({ text, markdown: false, ...more });
  return findings.map(({ quote, suggestion, sure }) => [quote, suggestion, sure]);
}

describe('the dialect', () => {
  it('shows in the words of a text, or does not', () => {
    expect(dialectOf('The colour of the centre, by cheque, whilst labelled.')).toBe('british');
    expect(dialectOf('The color of the center is gray and labeled.')).toBe('american');
    expect(dialectOf('It is advised to exercise, to promise and to raise it.')).toBeUndefined();
    expect(dialectOf('One colour, one color.')).toBeUndefined();
  });

  it('of the text is right, and so is any where none shows', async () => {
    expect(await spellingOf('The cheque was sent to the office of the firm.')).toEqual([]);
    expect(await spellingOf('We check the office of the firm for its cheque.')).toEqual([]);
    expect(await spellingOf('The grey theatre has a licence, and pays by cheque.')).toEqual([]);
  });

  it('that is another is told, and never goes into a patch', async () => {
    expect(await spellingOf('The grey theatre, in its own colour, and one color.')).toEqual([
      ['color', 'colour', false],
    ]);
    expect(await spellingOf('They pay by cheque for the office.', { dialect: 'american' })).toEqual([
      ['cheque', undefined, false],
    ]);
    expect(await spellingOf('They pay by cheque for the office.', { dialect: 'british' })).toEqual([]);
  });
});

describe('left alone are', () => {
  it.each([
    ['codes of currencies', 'The fee is EUR 11.40, or SEK 120 and CHF 12 of that.'],
    ['abbreviations', 'The RTO and the RPO of it, and its SAML.'],
    ['names', 'It was Lindqvist who wrote to Corvane about it, and Corvane agreed.'],
    ['terms that it defines', 'Flurbo is a game. This game (the "Flurbo") is played, and Flurbo is liked.'],
    ['names of programs', 'We use fooBar9 and vCPUs and k8s in it.'],
  ])('%s', async (_, text) => {
    expect(await spellingOf(text)).toEqual([]);
  });

  it('words of a list, their possessives too', async () => {
    const text = "The grumbel is here, and the grumbel's end. Grumbel it is.";
    expect((await spellingOf(text)).length).toBeGreaterThan(0);
    expect(await spellingOf(text, { words: ['grumbel'] })).toEqual([]);
    // One text's words are not right in the next.
    expect((await spellingOf(text)).length).toBeGreaterThan(0);
  });

  it('no words that have a capital in headings alone', () => {
    expect(ownWordsOf('# Fees and Payement\n\nIt is due.')).toEqual(new Set());
    expect(isOwn("Brevik's", new Set(['Brevik']))).toBe(true);
    expect(isOwn('Brevik met', new Set(['Brevik']))).toBe(false);
  });
});

it('writes the article of a sentence as its beginning is written', async () => {
  expect(await spellingOf('A owl sat there. It saw a owl.')).toEqual([
    ['A', 'An', true],
    ['a', 'an', true],
  ]);
  expect(await spellingOf('An mistake was made by the owl.')).toEqual([['An', 'A', true]]);
});

it('is sure of one candidate that a slip explains, and of nothing else (G1 to G3)', async () => {
  const text =
    'They recieve teh goods. It occured in a seperate langauge. It is an mistake, and the the end. The autoscaler is wierd, dont you think. Payement is due.';
  const { findings } = await checkGrammar({ text, markdown: false });
  const sure = findings.filter((finding) => finding.sure).map(({ quote, suggestion }) => `${quote} → ${suggestion}`);
  expect(sure).toEqual([
    'recieve → receive',
    'teh → the',
    'occured → occurred',
    'seperate → separate',
    'langauge → language',
    'an → a',
    'the the → the',
  ]);
});

it.each([
  ['wierd', ['weird', 'wired'], false],
  ['recieve', ['receive', 'relieve'], true],
  ['payement', ['pavement', 'payment'], false],
  ['subprocesor', ['subprocessor'], true],
  ['autoscaler', ['autoscale'], false],
  ['Recieve', ['Receive'], false],
  ['teh', ['the'], false],
  ['surjective', ['subjective'], false],
  ['novated', ['notated'], false],
  ['definately', ['definitely'], true],
])('of %s as one of %j it is %s', (quote, suggestions, sure) => {
  expect(isSure({ rule: 'SpellCheck', quote, suggestions, text: quote, end: quote.length })).toBe(sure);
});

it('is sure of no word that is made of known ones, nor of a British spelling', async () => {
  const words =
    'tortious chargor devisee obligee backprop daemonized untravelled anonymised sublicence tokenised'.split(' ');
  const text = `${words.map((word) => `It is the ${word} of it that was in the text.`).join(' ')} It occured.`;
  const { findings } = await checkGrammar({ text, markdown: false, dialect: 'british' });
  expect(findings.filter(({ sure }) => sure).map(({ quote }) => quote)).toEqual(['occured']);
  expect(findings.map(({ quote }) => quote)).not.toEqual(expect.arrayContaining(['anonymised']));
});

it('knows how a British spelling is written in America, and what a word may be made of', () => {
  const pairs = { anonymised: 'anonymized', foetus: 'fetus', sublicences: 'sublicenses', kilometre: 'kilometer' };
  for (const [british, american] of Object.entries(pairs)) expect(americanOf(british)).toBe(american);
  expect(['letter', 'aftre', 'occured', 'absence'].map(americanOf)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(waysOf('chargor')).toContainEqual(['charge']);
  expect(waysOf('untravelled')).toContainEqual(['travelled']);
  expect(waysOf('backprop')).toContainEqual(['back', 'prop']);
  expect(waysOf('occured')).toEqual([]);
});

it('takes a text full of terms for English', async () => {
  const text =
    'The patient presented with haemoptysis, dyspnoea and tachypnoea; an ecocardiogram showed hypokinesis. Amlodipine and metformin were ' +
    'titrated. The oesophagus was oedematous, and the stent was seperate.';
  const { findings, note } = await checkGrammar({ text, markdown: false });
  expect(note).toBeUndefined();
  expect(findings.find(({ quote }) => quote === 'seperate')?.suggestion).toBe('separate');
});

it('is sure of nothing in addresses, paths and names, beside another language, and of no accent', async () => {
  const text =
    'See https://www.recieve-teh.example/a/an for it, or /usr/bin/recieve and recieve@example.org. Set config.langauge to 1. ' +
    'The château is old. It applies mutatis mutandis, inter alia. He said wibblis wobblandis then. They keep it seperate now.';
  const { findings } = await checkGrammar({ text, markdown: false });
  expect(findings.filter(({ sure }) => sure).map(({ quote, at }) => [quote, at])).toEqual([
    ['seperate', text.lastIndexOf('seperate')],
  ]);
  expect(findings.map(({ quote }) => quote)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/mutatis|mutandis|alia|usr|^an?$/)]),
  );
});

it('takes a word that comes again and again for one', () => {
  const once = { rule: 'SpellCheck', quote: 'langauge', suggestions: ['language'], end: 0 };
  expect(isSure({ ...once, text: 'langauge' })).toBe(true);
  expect(isSure({ ...once, text: 'langauge '.repeat(3) })).toBe(false);
});

it('finds nothing sure in the example, and leaves its names and money alone', async () => {
  const text = await readFile(new URL('../../examples/service-agreement.md', import.meta.url), 'utf8');
  const { findings } = await checkGrammar({ text, markdown: true });
  expect(findings.filter(({ sure }) => sure)).toEqual([]);
  expect(findings.map(({ quote }) => quote)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(?:EUR|Corvane|Lindqvist|Maja|SAML|RTO)$/)]),
  );
});

it('tells another language from a part of a long text', async () => {
  const german = 'Der Kunde zahlt im Voraus und der Anbieter haftet nur bei Vorsatz. ';
  expect(isPlainlyEnglish(german.repeat(20))).toBe(false);
  expect(isPlainlyEnglish('The customer pays for what is delivered, and the provider is liable. '.repeat(20))).toBe(
    true,
  );
  const { findings, note } = await checkGrammar({ text: german.repeat(2_000), markdown: false });
  expect([findings, note]).toEqual([[], expect.stringContaining('not English')]);
});
