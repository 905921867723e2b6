import { expect, it } from 'vitest';

import { canonicalAddress, citationsOf, fuse } from '../../src/fold/hits.js';

const hit = (link: string, text = '', title = link) => ({ title, link, text });

it('makes one hit of one address, whoever has it, with the sum of its scores (Hits-1, Hits-2)', () => {
  const found = [
    { source: 'a', hits: [hit('https://x.org/1'), hit('https://www.y.org/page/?utm_source=a#top')] },
    { source: 'b', hits: [hit('http://y.org/page', 'other words')] },
  ];
  expect(fuse(found, 10)).toEqual([
    {
      title: 'https://www.y.org/page/?utm_source=a#top',
      link: 'https://www.y.org/page/?utm_source=a#top',
      text: '',
      sources: ['a', 'b'],
      score: Number((1 / 62 + 1 / 61).toFixed(6)),
    },
    { title: 'https://x.org/1', link: 'https://x.org/1', text: '', sources: ['a'], score: Number((1 / 61).toFixed(6)) },
  ]);
});

it('makes one hit of nearly the same text at two addresses (Hits-1)', () => {
  const text =
    'The provider notifies the customer of a personal data breach within four days after confirming it in writing';
  const found = [
    { source: 'a', hits: [hit('https://x.org/1', text, 'Notice')] },
    {
      source: 'b',
      hits: [hit('https://mirror.org/7', `${text}.`, 'Notice'), hit('https://x.org/2', 'short', 'Notice')],
    },
  ];
  expect(fuse(found, 10).map(({ sources }) => sources)).toEqual([['a', 'b'], ['b']]);
});

it('orders equals by source, not by who was faster (Hits-3)', () => {
  const found = ['b', 'a', 'c'].map((source) => ({ source, hits: [hit(`https://${source}.org`)] }));
  expect(fuse(found, 2).map(({ sources }) => sources)).toEqual([['b'], ['a']]);
});

it.each([
  ['https://WWW.Example.org/A/?b=2&a=1&utm_medium=x#f', 'example.org/A?a=1&b=2'],
  ['http://example.org', 'example.org'],
  ['file:///a/b.md', 'file:///a/b.md'],
])('takes %s for %s', (link, address) => {
  expect(canonicalAddress(link)).toBe(address);
});

it('knows which citations nobody has found', () => {
  expect(citationsOf('So [1], and [2, 7]. Not [x] or [1].', 3)).toEqual({ cited: [1, 2], unknown: [7] });
});

it('what has no link is like another by its text alone', () => {
  const text = 'ten or more words that only this one of the two hits has in it';
  const found = [{ source: 'a', hits: [hit('', 'short', 'One'), hit('', text, 'Two'), hit('', text, 'Two')] }];
  expect(fuse(found, 10).map(({ title }) => title)).toEqual(['One', 'Two']);
});
