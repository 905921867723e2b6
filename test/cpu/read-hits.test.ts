import { describe, expect, it } from 'vitest';

import type { HttpSource } from '../../src/contract/source.js';
import { readHits } from '../../src/cpu/tasks/read-hits.js';

type Reading = Pick<HttpSource, 'hits' | 'title' | 'link' | 'text' | 'page' | 'rank' | 'format'>;

const json: Reading = { hits: '$[*]', title: '$.title', link: '$.url', text: '$.text' };
const atom: Reading = { hits: '$.feed.entry[*]', title: '$.title', link: '$.link', text: '$.summary', format: 'xml' };
const rss: Reading = {
  hits: '$.rss.channel.item[*]',
  title: '$.title',
  link: '$.link',
  text: '$.description',
  format: 'xml',
};
const address = 'https://example.org/feeds/all';

async function hitsIn(answer: string | Uint8Array, source: Reading, type = '') {
  const bytes = typeof answer === 'string' ? Buffer.from(answer) : answer;
  const limited = await readHits({ answer: { bytes, type }, source, address, limitMs: 5_000 });
  return limited.inTime ? limited.value : undefined;
}

/** What a text says as one part of JSON, of RSS and of Atom. */
async function readings(text: string): Promise<Record<'json' | 'rss' | 'html' | 'atom', string | undefined>> {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const entry = (type: string) =>
    `<feed><entry><title>t</title><link href="/x"/><summary${type}>${escaped}</summary></entry></feed>`;
  const first = async (answer: string, source: Reading) => (await hitsIn(answer, source))?.[0]?.text;
  return {
    json: await first(JSON.stringify([{ title: 't', url: '/x', text }]), json),
    rss: await first(
      `<rss><channel><item><title>t</title><description>${escaped}</description></item></channel></rss>`,
      rss,
    ),
    html: await first(entry(' type="html"'), atom),
    atom: await first(entry(''), atom),
  };
}

describe('text is what it says', () => {
  it.each([
    'We show that p < q and r > s.',
    'If a<b and c>d then a<b+c, x<y>z.',
    'A List<String> and a Map<K, V> of vector<int>.',
    'if (i<n && n>0) { a[i] <<= 1; }',
    'AT&T and R&D; x &copy= y',
    'f: A -> B, 3 <- 4, <- and <>',
    '$\\alpha < \\beta$ and $x_1^2 > 0$',
    '<placeholder> and <your-key>',
  ])('%s', async (text) => {
    expect(await readings(text)).toEqual({ json: text, rss: text, html: text, atom: text });
  });

  it.each([
    ['It&#8217;s &quot;here&quot; &#x2014; caf&eacute;&nbsp;&amp; more', 'It’s "here" — café & more'],
    ['<p>One <b>two</b>.</p><p>Three &lt;four&gt; p < q.</p>', 'One two. Three <four> p < q.'],
    ['<span class="searchmatch">Rome</span> fell', 'Rome fell'],
    ['One.<p>Two &amp; three.<p>Four<br>five', 'One. Two & three. Four five'],
    ['<pre><code>a &lt; b &amp;&amp; c</code></pre>', 'a < b && c'],
    ['<em>x</em> < <em>y</em> and Vec<T>', 'x < y and Vec<T>'],
    [
      '10<sup>6</sup> of H<sub>2</sub>O, x<sup>a+b</sup>, v<sub>max</sub>, the 1<sup>st</sup>',
      '10⁶ of H₂O, x^(a+b), v_max, the 1st',
    ],
    ['a<!-- not shown --> b<script>alert(1)</script>', 'a b'],
    [
      '<inline-formula><alternatives><tex-math>$x^2$</tex-math><mml:math><mml:mi>x</mml:mi></mml:math></alternatives></inline-formula> of <named-content content-type="species">E. coli</named-content>',
      '$x^2$ of E. coli',
    ],
  ])('%s', async (text, said) => {
    expect(await readings(text)).toEqual({ json: said, rss: said, html: said, atom: text });
  });

  const document = String.raw`\documentclass[12pt]{minimal} \usepackage{amsmath}\setlength{\oddsidemargin}{-69pt}\begin{document}$$a &lt; b$$\end{document}`;
  const square = '<mml:math xmlns:mml="m"><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math>';
  const escaped = square.replaceAll('<', '&lt;').replaceAll('>', '&gt;');

  it.each([
    ['set by a document of LaTeX', `So <jats:tex-math>${document}</jats:tex-math> holds.`, 'So $a < b$ holds.'],
    [
      'in two ways, of which TeX is one',
      `<jats:p>So <jats:inline-formula><jats:alternatives><jats:tex-math>$$x^2 $$</jats:tex-math>${square}</jats:alternatives></jats:inline-formula>.</jats:p>`,
      'So $x^2$.',
    ],
    ['beside its picture', '<tex-math>$O(n)$</tex-math><inline-graphic xlink:href="a.gif"/> time', '$O(n)$ time'],
    ['of IEEE', '<formula><tex Notation="TeX">$H_2$</tex></formula> control', '$H_2$ control'],
    ['in CDATA', '<tex-math><![CDATA[a < b]]></tex-math> holds', '$a < b$ holds'],
    ['escaped as if it were text', `So ${escaped} is p &lt; q.`, 'So x² is p < q.'],
    ['cut by the source', 'The set <mml:math><mml:mi>A</mml:mi> of <mml:msup><mml:mi>x', 'The set A of x'],
  ])('a formula in JSON that is %s', async (_, text, said) => {
    expect((await readings(text)).json).toBe(said);
  });

  it('a formula in XML of which there are two ways, of which TeX is one', async () => {
    const text = `So <alternatives><tex-math>${document}</tex-math>${square}</alternatives> holds.`;
    const source: Reading = { hits: '$.r', title: '$.abstract', link: '$.x', text: '$.abstract', format: 'xml' };
    expect((await hitsIn(`<r><abstract>${text}</abstract></r>`, source))?.[0]?.text).toBe('So $a < b$ holds.');
  });

  it('of JATS, with fractions apart from the numbers beside them', async () => {
    const half = '<mml:math xmlns:mml="m"><mml:mfrac><mml:mn>1</mml:mn><mml:mn>2</mml:mn></mml:mfrac></mml:math>';
    const source: Reading = { hits: '$.r', title: '$.abstract', link: '$.x', text: '$.abstract', format: 'xml' };
    const xml = `<r><abstract>Take 3${half} or 4<inline-formula>${half}</inline-formula>.</abstract></r>`;
    expect((await hitsIn(xml, source))?.[0]?.text).toBe('Take 3 1/2 or 4 1/2.');
  });

  it('of JATS, with its paragraphs apart, formulas and sections', async () => {
    const text =
      '<jats:title>Abstract</jats:title><jats:sec><jats:title>Aim</jats:title><jats:p>We find <jats:italic>p</jats:italic> &lt; 0.05 at ' +
      '10<jats:sup>-3</jats:sup>.</jats:p></jats:sec><jats:p>So <jats:inline-formula><mml:math xmlns:mml="m"><mml:msup><mml:mi>x</mml:mi>' +
      '<mml:mn>2</mml:mn></mml:msup><mml:mo>&lt;</mml:mo><mml:mfrac><mml:mi>a</mml:mi><mml:mrow><mml:mi>b</mml:mi><mml:mo>+</mml:mo>' +
      '<mml:mn>1</mml:mn></mml:mrow></mml:mfrac></mml:math></jats:inline-formula>.</jats:p>';
    const said = 'Abstract Aim We find p < 0.05 at 10⁻³. So x² < a/(b+1).';
    expect((await readings(text)).json).toBe(said);
    const xml = `<r><abstract xmlns:jats="j">${text}</abstract></r>`;
    const source: Reading = { hits: '$.r', title: '$.abstract', link: '$.x', text: '$.abstract', format: 'xml' };
    expect((await hitsIn(xml, source))?.[0]?.text).toBe(said);
  });
});

describe('of a feed', () => {
  it('titles with attributes are titles, and links are links', async () => {
    const xml = `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">
      <entry><title type="html">It&amp;#8217;s &lt;b&gt;new&lt;/b&gt;</title><link rel="self" href="/self"/><link rel="alternate" href="/one?a=1&amp;b=2"/>
        <summary type="xhtml"><div xmlns="x">A <b>bold</b> word<p>and more.</p></div></summary></entry>
      <entry><title>AT&amp;T &amp;amp; &lt;b&gt;</title><link href="../two"/><summary><![CDATA[p < q & r]]></summary></entry></feed>`;
    expect(await hitsIn(xml, atom)).toEqual([
      { title: 'It’s new', link: 'https://example.org/one?a=1&b=2', text: 'A bold word and more.' },
      { title: 'AT&T &amp; <b>', link: 'https://example.org/two', text: 'p < q & r' },
    ]);
  });

  it('items of RSS are hits, with their links or what stands for them', async () => {
    const xml = `<rss><channel><title>c</title><link>https://example.org/</link><item><title>One</title><link>https://example.org/1</link>
      <description><![CDATA[<p>It&#8217;s <i>here</i></p>]]></description></item><item><title lang="en">Two</title><link> /2 </link>
      <description>p &lt; q&nbsp;</description></item><item><title>Three</title><guid isPermaLink="true">https://example.org/3</guid></item>
      <item><title>Four</title><guid isPermaLink="false">urn:4</guid></item></channel></rss>`;
    const hits = await hitsIn(xml, { ...rss, link: "$['link','guid']" });
    expect(hits).toEqual([
      { title: 'One', link: 'https://example.org/1', text: 'It’s here' },
      { title: 'Two', link: 'https://example.org/2', text: 'p < q' },
      { title: 'Three', link: 'https://example.org/3', text: '' },
      { title: 'Four', link: '', text: '' },
    ]);
    expect(await hitsIn(xml, { ...rss, link: '$.link[0]' })).toMatchObject([
      { link: 'https://example.org/1' },
      {},
      {},
      {},
    ]);
  });

  it('attributes and texts have the places in JSON that they had', async () => {
    const xml =
      '<feed><entry><id>urn:1</id><link href="https://example.org/1"/><title type="text">One</title></entry></feed>';
    const source = { ...atom, link: "$.link[0]['@href']", title: "$.title['#text']", text: '$.id' };
    expect(await hitsIn(xml, source)).toEqual([{ title: 'One', link: 'https://example.org/1', text: 'urn:1' }]);
  });

  it.each([
    ['<?xml version="1.0" encoding="ISO-8859-1"?><feed><entry><title>Caf\xe9</title></entry></feed>', ''],
    ['<feed><entry><title>Caf\xe9</title></entry></feed>', 'application/xml; charset="iso-8859-1"'],
  ])('the charset is what is declared: %s', async (xml, type) => {
    expect(await hitsIn(Buffer.from(xml, 'latin1'), atom, type)).toMatchObject([{ title: 'Café' }]);
  });
});

it.each<[string, string, Reading, object]>([
  [
    'links begin where the feed says (XML Base)',
    '<feed xml:base="https://blog.example/"><entry xml:base="2024/"><title>T</title><link href="post"/></entry></feed>',
    atom,
    { link: 'https://blog.example/2024/post' },
  ],
  [
    'one entry is a list with a prefix, too',
    '<a:feed xmlns:a="x"><a:entry><a:title>A &lt;b&gt;</a:title></a:entry></a:feed>',
    { ...atom, hits: "$['a:feed']['a:entry'][*]", title: "$['a:title']" },
    { title: 'A <b>' },
  ],
  [
    'parts of a record are apart',
    '<r><Abstract><AbstractText Label="A">Test a &lt; b.</AbstractText><AbstractText>Good <i>x</i>.</AbstractText></Abstract></r>',
    { hits: '$.r', title: '$.t', link: '$.l', text: '$.Abstract', format: 'xml' },
    { text: 'Test a < b. Good x.' },
  ],
  [
    'an inverted index is a text (OpenAlex)',
    '[{"title":"T","text":{"We":[0,3],"show":[1],"cats":[2],"win":[4]}}]',
    json,
    { text: 'We show cats We win' },
  ],
  [
    'a text in several parts is whole',
    '[{"title":["T","U"],"text":["One.","Two."]}]',
    json,
    { title: 'T', text: 'One. Two.' },
  ],
])('%s', async (_, answer, source, hit) => {
  expect(await hitsIn(answer, source)).toMatchObject([hit]);
});

describe('of JSON', () => {
  it('a byte-order mark is none of it, and ids are kept digit by digit', async () => {
    const answer = '\uFEFF[{"title":1749023456789012345,"url":"/a","text":7}]';
    expect(await hitsIn(answer, json)).toEqual([
      { title: '1749023456789012345', link: 'https://example.org/a', text: '7' },
    ]);
  });

  it('relative links begin at the address, whole ones stay', async () => {
    const urls = ['/wiki/A', 'b', '?page=2', '//cdn.example.org/c', 'https://example.org/D?x=1#y', 'doi:10.1/x'];
    const hits = await hitsIn(JSON.stringify(urls.map((url) => ({ title: 't', url }))), json);
    expect(hits?.map(({ link }) => link)).toEqual([
      'https://example.org/wiki/A',
      'https://example.org/feeds/b',
      'https://example.org/feeds/all?page=2',
      'https://cdn.example.org/c',
      'https://example.org/D?x=1#y',
      'doi:10.1/x',
    ]);
  });

  it('what has no link is kept, with its page where that is known', async () => {
    const posts = [
      { title: 'Ask', url: null, id: 'a b', text: 'Why?' },
      { title: 'Show', url: 'https://example.org/s', id: 2 },
      { text: 'No title, no link, no id.' },
      {},
    ];
    const page = 'https://example.org/item?id={{ $.id }}';
    expect(await hitsIn(JSON.stringify(posts), { ...json, page })).toEqual([
      { title: 'Ask', link: 'https://example.org/item?id=a%20b', text: 'Why?' },
      { title: 'Show', link: 'https://example.org/s', text: '' },
      { title: 'No title, no link, no id.', link: '', text: 'No title, no link, no id.' },
    ]);
  });

  it('hits are in the order of their rank, before they are cut', async () => {
    const pages = Array.from({ length: 30 }, (_, at) => ({
      title: String(30 - at),
      url: '/x',
      ...(at > 0 && { index: 30 - at }),
    }));
    const hits = await hitsIn(JSON.stringify(pages), { ...json, rank: '$.index' });
    expect(hits?.map(({ title }) => title)).toEqual(Array.from({ length: 20 }, (_, at) => String(at + 1)));
    expect((await hitsIn(JSON.stringify(pages), json))?.[0]?.title).toBe('30');
  });

  it('a long text is cut between characters', async () => {
    const hits = await hitsIn(JSON.stringify([{ title: 't', text: `${'a'.repeat(1_499)}😀👩‍👩‍👧 more` }]), json);
    expect(hits?.[0]?.text).toBe('a'.repeat(1_499));
  });

  it('by a filter with a number that begins with 0', async () => {
    const answer = JSON.stringify([0.7, 0.5, 1].map((score) => ({ title: `${score}`, score })));
    const hits = await hitsIn(answer, { ...json, hits: '$[?@.score > 0.5]' });
    expect(hits?.map(({ title }) => title)).toEqual(['0.7', '1']);
  });

  it.each([
    ['{', json, 'Its answer is not JSON: "{".'],
    ['<a><b></a>', { ...json, format: 'xml' as const }, 'Its answer is not XML: '],
    ['[{"a":1}]', { ...json, title: '$.[' }, 'Its answer cannot be read by its JSONPaths: '],
  ])('what cannot be read is told: %s', async (answer, source, message) => {
    await expect(hitsIn(answer, source)).rejects.toThrow(message);
  });
});

it('made-up markup does not take for ever', async () => {
  for (const text of ['<math>', '<p a="', '<b ', '&lt;<', '<!--', '<a b="c" ']) {
    const [hit] = (await hitsIn(JSON.stringify([{ title: 't', text: text.repeat(100_000) }]), json)) ?? [];
    expect(hit?.title).toBe('t');
  }
});
