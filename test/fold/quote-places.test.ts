import { describe, expect, it } from 'vitest';

import { QuotePlaces } from '../../src/fold/quote-places.js';

function found(text: string, quote: string): string | undefined {
  const place = new QuotePlaces(text).find(quote);
  return place && text.slice(place.start, place.end);
}

describe('a quote is found (QuotePlaces-1)', () => {
  it.each([
    ['letter by letter', 'One. The Supplier pays.', 'The Supplier pays.', 'The Supplier pays.'],
    ['through quotation marks', 'The “Supplier” isn’t', `The "Supplier" isn't`, 'The “Supplier” isn’t'],
    ['through straight ones', `The "Supplier" isn't`, 'The “Supplier” isn’t', `The "Supplier" isn't`],
    ['through guillemets', 'Le «Client» paie', 'Le "Client" paie', 'Le «Client» paie'],
    ['through a dash', 'shall deliver – promptly.', 'shall deliver - promptly.', 'shall deliver – promptly.'],
    ['through a long dash', 'deliver—promptly', 'deliver -- promptly', 'deliver—promptly'],
    ['through a range', 'pages 1–2 of', 'pages 1-2', 'pages 1–2'],
    ['through a minus', 'at −5 degrees', 'at -5', 'at −5'],
    ['through blanks', 'EUR\u00A011.40 per\u202Fmonth', 'EUR 11.40 per month', 'EUR\u00A011.40 per\u202Fmonth'],
    ['over lines', 'second\r\n  line', 'second line', 'second\r\n  line'],
    ['through what is not seen', 'agree\u00ADment\u200B here', 'agreement here', 'agree\u00ADment\u200B here'],
    ['through dots', 'and so on…', 'so on...', 'so on…'],
    ['through accents in two pieces', 'cafe\u0301 au lait', 'café au', 'cafe\u0301 au'],
    ['through ligatures', 'the ﬁrst ofﬁce', 'first office', 'ﬁrst ofﬁce'],
    [
      'through emphasis',
      'The **Supplier** shall *not* pay',
      'The Supplier shall not pay',
      'The **Supplier** shall *not* pay',
    ],
    ['through code', 'Set `retry_limit` to 2', 'Set retry_limit to 2', 'Set `retry_limit` to 2'],
    ['with marks of its own', 'The Supplier shall pay', 'The **Supplier** shall', 'The Supplier shall'],
    [
      'through links',
      'see [the terms](https://one.example/a_(b)) of it',
      'see the terms of it',
      'see [the terms](https://one.example/a_(b)) of it',
    ],
    ['through escapes', 'a \\*star\\* here', 'a *star* here', 'star\\* here'],
    ['through headings and lists', '## One\n\n- two\n- three', 'One two three', 'One\n\n- two\n- three'],
    ['through quotations', '> one\n> two', 'one two', 'one\n> two'],
    ['through references', 'Smith &amp; Co &quot;pay&quot;', 'Smith & Co "pay"', 'Smith &amp; Co &quot;pay&quot;'],
    ['through HTML', 'The <b>Supplier</b> shall<br>pay', 'The Supplier shall pay', 'The <b>Supplier</b> shall<br>pay'],
    [
      'through an address',
      'see <https://e.example/x> now',
      'see https://e.example/x now',
      'see <https://e.example/x> now',
    ],
    ['through links by name', 'see [the terms][1] of', 'see the terms of', 'see [the terms][1] of'],
    ['through notes', 'It is due.[^1] It is', 'It is due. It is', 'It is due.[^1] It is'],
    ['through cells', '| Fee | EUR 500 |', 'Fee EUR 500', 'Fee | EUR 500'],
    ['through rules and bullets', 'One.\n\n---\n\n• Two', 'One. Two', 'One.\n\n---\n\n• Two'],
    ['in quotation marks of its own', 'The fee is due.', '“The fee is due.”', 'The fee is due.'],
    [
      'that ends with dots',
      'The Supplier shall deliver it.',
      'The Supplier shall deliver...',
      'The Supplier shall deliver',
    ],
    ['through French blanks', '«\u202FOui\u00A0», dit', '"Oui", dit', '«\u202FOui\u00A0», dit'],
    [
      'through French blanks in a sentence',
      'Il dit « Oui » à l’« État » ; non',
      `Il dit "Oui" à l'"État" ; non`,
      'Il dit « Oui » à l’« État » ; non',
    ],
    [
      'through French blanks beside marks',
      'Il dit **« Oui »**, (« non »)¹',
      'Il dit "Oui", ("non")',
      'Il dit **« Oui »**, (« non »)',
    ],
    [
      'through French marks in marks',
      'dit « ‹ Oui › et non » ici',
      `dit "'Oui' et non" ici`,
      'dit « ‹ Oui › et non » ici',
    ],
    ['through German marks', 'sie »Kunde« im', 'sie "Kunde" im', 'sie »Kunde« im'],
    ['through other German ones', 'sie »Kunde« im', 'sie „Kunde“ im', 'sie »Kunde« im'],
    ['through German marks of its own', 'Sie nennen »Kunde« ist', '"Kunde" ist', '»Kunde« ist'],
    ['through single German marks', 'Der ›X‹ und', "Der 'X' und", 'Der ›X‹ und'],
    [
      'through German marks in marks',
      'er »›Ja‹, und ›Nein‹« so',
      `er "'Ja', und 'Nein'" so`,
      'er »›Ja‹, und ›Nein‹« so',
    ],
    ['through German marks with emphasis', 'rief »**Halt!**« und lief', 'rief "Halt!" und', 'rief »**Halt!**« und'],
    ['in wide letters', '价格：１００', '价格:100', '价格：１００'],
    ['after an emoji', '🙂 The “end”', 'The "end"', 'The “end”'],
    ['in Chinese', '他说“好”。', '他说"好"。', '他说“好”。'],
  ])('%s', (_, text, quote, expected) => {
    const place = found(text, quote);
    expect(place).toContain(expected);
    // Beside the words only their own marks.
    expect(place!.length - expected.length).toBeLessThanOrEqual(4);
  });

  it.each([
    ['other words', 'The Supplier shall deliver promptly.', 'The Supplier must deliver promptly.'],
    ['a word left out', 'The Supplier shall deliver promptly.', 'The Supplier deliver promptly.'],
    ['another number', 'EUR 11.40', 'EUR 11.4'.concat('5')],
    ['another case', 'the supplier', 'The Supplier'],
    ['a product as a number', 'it is 2*3', 'it is 23'],
    ['a name without its bars', 'snake_case', 'snakecase'],
    ['another sign', 'a < b', 'a > b'],
    ['words run together', 'well known', 'wellknown'],
    ['an elision', 'The Supplier shall deliver', 'The Supplier ... deliver'],
    ['another accent', 'resume', 'résumé'],
    ['less than a placeholder', 'pay <amount> now', 'pay now'],
    ['a comparison as a tag', 'if a <b and c> d', 'if a d'],
    ['a power as a number', '10<sup>6</sup> units', '106 units'],
    ['a bar in code', 'a||b', 'a b'],
    ['nothing but marks', 'a ** b', '**'.concat('_')],
    ['nothing', 'a', '  '],
  ])('but not as %s', (_, text, quote) => {
    expect(found(text, quote)).toBeUndefined();
  });
});

it('takes whole words first, and is sure of one place only (QuotePlaces-2)', () => {
  const text = 'The theory: he errs. She errs.';
  expect(new QuotePlaces(text).find('he')).toEqual({ start: 12, end: 14, sure: true });
  expect(new QuotePlaces(text).find('errs')).toMatchObject({ start: 15, sure: false });
  expect(new QuotePlaces('The “end”').find('"end"')).toMatchObject({ sure: false });
  expect(new QuotePlaces('theory').find('the')).toEqual({ start: 0, end: 3, sure: true });
  expect(new QuotePlaces('theory, theorem').find('the')).toEqual({ start: 0, end: 3, sure: false });
});

it('is not slow over a long text', () => {
  const text = 'The “Supplier” shall **deliver** – promptly. '.repeat(9_000);
  const places = new QuotePlaces(`${text}The “end” of it.`);
  const quotes = Array.from({ length: 200 }, (_, at) => `The "end" ${at === 0 ? 'of it.' : at}`);
  expect(quotes.map((quote) => places.find(quote)).filter(Boolean)).toHaveLength(1);
});
