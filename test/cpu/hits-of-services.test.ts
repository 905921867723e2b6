import { describe, expect, it } from 'vitest';

import type { Hit, HttpSource } from '../../src/contract/source.js';
import { isByPlace, isList, isNamed, listsIn } from '../../src/cpu/hits/paths.js';
import { textOfBlocks } from '../../src/cpu/hits/rich-text.js';
import { readHits } from '../../src/cpu/tasks/read-hits.js';

type Reading = Pick<HttpSource, 'hits' | 'title' | 'link' | 'text' | 'page' | 'format'>;

const list: Reading = { hits: '$[*]', title: '$.title', link: '$.url', text: '$.text' };

async function hitsIn(answer: unknown, source: Reading): Promise<Hit[] | undefined> {
  const bytes = Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer));
  const address = 'https://api.example.org/v1/search';
  const limited = await readHits({ answer: { bytes, type: '' }, source, address, limitMs: 5_000 });
  return limited.inTime ? limited.value : undefined;
}

describe('one hit alone is a hit', () => {
  const article = (title: string) =>
    `<PubmedArticle><PMID Version="1">12</PMID><Title>${title}</Title><Abstract><Text Label="A">One.</Text></Abstract></PubmedArticle>`;
  const pubmed: Reading = {
    hits: '$.Set.PubmedArticle[*]',
    title: '$.Title',
    link: '$.none',
    page: 'https://pubmed.example/{{ $.PMID }}/',
    text: '$.Abstract.Text[*]',
    format: 'xml',
  };
  const hit = (title: string) => ({ title, link: 'https://pubmed.example/12/', text: 'One.' });

  it.each(['$.Set.PubmedArticle[*]', '$.Set.PubmedArticle', "$['Set']['PubmedArticle'][0:5]", '$..PubmedArticle'])(
    '%s, of XML',
    async (hits) => {
      expect(await hitsIn(`<Set>${article('A')}</Set>`, { ...pubmed, hits })).toEqual([hit('A')]);
      expect(await hitsIn(`<Set>${article('A')}${article('B')}</Set>`, { ...pubmed, hits })).toEqual([
        hit('A'),
        hit('B'),
      ]);
    },
  );

  it('a filter finds an element that stands alone (Solr)', async () => {
    const xml = '<r><doc><arr name="title"><str>T</str></arr><str name="url">https://e.example/1</str></doc></r>';
    const title = "$.arr[?@['@name']=='title']";
    const link = "$.str[?@['@name']=='url']";
    const source: Reading = { hits: '$.r.doc', title, link, text: '$.none', format: 'xml' };
    expect(await hitsIn(xml, source)).toEqual([{ title: 'T', link: 'https://e.example/1', text: '' }]);
  });

  it('a path to a list means its items; rows of cells stay rows', async () => {
    const results = [{ title: 'A' }, { title: 'B' }];
    expect(await hitsIn({ results }, { ...list, hits: '$.results' })).toMatchObject(results);
    const rows = [['A', '/1', 'x']];
    const cells: Reading = { hits: '$.rows[*]', title: '$[0]', link: '$[1]', text: '$[2]' };
    expect(await hitsIn({ rows }, cells)).toEqual([{ title: 'A', link: 'https://api.example.org/1', text: 'x' }]);
  });

  it('paths say what they go through', () => {
    expect(['$.a[*]', '$..a', '$.a[?@.b]', '$[1:3]', '$.*'].every(isList)).toBe(true);
    expect(['$.a', "$['a:b']", "$['a','b']", '$.a[0].b', "$['*']"].some(isList)).toBe(false);
    expect(['$', '$.a', "$['a:b']", '$..a'].every(isNamed)).toBe(true);
    expect(['$[*]', '$.a[0]', '$.*', '$.a[?@.b]'].some(isNamed)).toBe(false);
    expect([['$.t', '$[0]'], ['$[-1]'], ['$[:2]']].every(isByPlace)).toBe(true);
    expect(isByPlace(['$.a[0]', "$['a']", '$[*]'])).toBe(false);
  });

  it.each<[string, string[], string[], string[]]>([
    ["$.a['dc:b'][*].c", ['$.d[0]', '$.e'], ['/a/dc:b', '/a/dc:b/c/d'], ['/dc:b', '/a', '/a/dc:b/c', '/a/dc:b/c/e']],
    [
      '$..d[?@.e]',
      ['$.f[0].d', "$..g[?@['@n']=='x'].h"],
      ['/d', '/a/b/d', '/d/f', '/d/x/g'],
      ['/d/e', '/d/g/h', '/d/f/x'],
    ],
    [
      '$.*.a[?@.b[*].c == "x]"][?@.n]',
      ['$[*].e[1:]'],
      ['/r/a', '/r/a/b', '/r/a/x/y/e'],
      ['/a', '/r', '/r/a/b/c', '/r/a/x'],
    ],
    ["$['a','b'][*]", ['$.none'], ['/a', '/b'], ['/c', '/a/b']],
  ])('and where they do: %s with %j', (hits, fields, lists, others) => {
    const isList = listsIn(hits, fields);
    expect([...lists, ...others].filter(isList)).toEqual(lists);
  });

  it('an element in one of its own name is found (SRU)', async () => {
    const record = (title: string) =>
      `<record><recordData><record><leader>L</leader><datafield><subfield code="a">${title}</subfield></datafield></record></recordData></record>`;
    const xml = `<searchRetrieveResponse><records>${record('A')}${record('B')}</records></searchRetrieveResponse>`;
    const source: Reading = {
      hits: '$.searchRetrieveResponse.records.record[*]',
      title: "$.recordData.record.datafield.subfield['#text']",
      link: '$.none',
      text: '$.recordData.record.leader',
      format: 'xml',
    };
    expect(await hitsIn(xml, source)).toEqual(['A', 'B'].map((title) => ({ title, link: '', text: 'L' })));
  });

  it('a name that is a list elsewhere is none where a path has it plain', async () => {
    const xml = '<r><doc><name><first>F</first></name><by><name>X</name></by></doc></r>';
    const source: Reading = {
      hits: '$.r.doc',
      title: '$.name.first',
      link: '$.none',
      text: '$.by.name[*]',
      format: 'xml',
    };
    expect(await hitsIn(xml, source)).toEqual([{ title: 'F', link: '', text: 'X' }]);
  });

  it.each<[string, unknown, string, string]>([
    ['texts', ['T', '/1', 'x'], '$[0]', '$[1]'],
    ['objects (Google tables)', [{ v: 'T' }, { v: '/1' }], '$[0].v', '$[1].v'],
  ])('a row is one hit where its cells are taken by their place: %s', async (_, row, title, link) => {
    const cells: Reading = { hits: '$.data[*].row', title, link, text: '$.none' };
    const hit = { title: 'T', link: 'https://api.example.org/1', text: '' };
    expect(await hitsIn({ data: [{ row }, { row }] }, cells)).toEqual([hit, hit]);
    expect(await hitsIn({ rows: [row, row] }, { ...cells, hits: '$.rows' })).toEqual([hit, hit]);
  });
});

describe('a text in parts is whole', () => {
  it.each<[string, unknown, string, string]>([
    ['fragments of a highlight', [{ x: 'a <em>b</em>' }, { x: 'c' }, { x: 'c' }], '$.text[*].x', 'a b c'],
    ['one that stands in for another', { abstract: null, tldr: 'Short.' }, "$.text['abstract','tldr']", 'Short.'],
    ['an object with its text', { value: 'the <em>match</em> &amp; more' }, '$.text', 'the match & more'],
    ['rendered HTML (WordPress)', { rendered: '<p>It&#8217;s</p>', protected: false }, '$.text', 'It’s'],
    ['parts of a line (Notion)', [{ plain_text: 'My pa' }, { plain_text: 'ge' }], '$.text', 'My page'],
    ['markup in an inverted index (OpenAlex)', { '<p>We': [0], 'win</p>': [1], '&amp;': [2] }, '$.text', 'We win &'],
  ])('%s', async (_, text, path, said) => {
    expect((await hitsIn([{ title: 'T', text }], { ...list, text: path }))?.[0]?.text).toBe(said);
  });

  it('a title that comes in parts of a line, too', async () => {
    expect(await hitsIn([{ title: [{ plain_text: 'My ' }, { plain_text: 'page' }] }], list)).toMatchObject([
      { title: 'My page' },
    ]);
  });

  const text = (value: string) => ({ type: 'text', text: value });
  it.each<[string, unknown, string]>([
    [
      'Atlassian documents',
      {
        type: 'doc',
        content: [
          { type: 'paragraph', content: [text('p < q '), { type: 'mention', attrs: { id: '1', text: '@Ann' } }] },
          {
            type: 'bulletList',
            content: [{ type: 'listItem', content: [{ type: 'paragraph', content: [text('b')] }] }],
          },
          { type: 'paragraph', content: [text('c'), { type: 'hardBreak' }, text('d')] },
        ],
      },
      'p < q @Ann\nb\nc\nd',
    ],
    ['Lexical', { root: { children: [{ children: [text('Lex'), text('ical')] }] } }, 'Lexical'],
    [
      'Portable Text',
      [{ _type: 'block', children: [text('Port'), text('able')] }, { children: [text('b')] }],
      'Portable\nb',
    ],
    ['Notion', [{ type: 'quote', quote: { rich_text: [{ plain_text: 'No' }, { plain_text: 'tion' }] } }], 'Notion'],
    ['Editor.js', { blocks: [{ type: 'list', data: { items: ['a', 'b'] } }] }, 'a\nb'],
    ['nothing', { id: 7, nested: [{ count: 1 }] }, ''],
  ])('blocks of an editor: %s', (_, value, said) => {
    expect(textOfBlocks(value)).toBe(said);
  });
});

it.each([
  'Use `<b>x</b>`, not `<strong>`.',
  'Then:\n```html\n<p>One</p>\n```\nEnd.',
  'Using <Link> in <Input>',
  'usage: cp <source> <link> [<input>]',
])('code is what it says: %s', async (text) => {
  const said = text.replaceAll('\n', ' ');
  expect(await hitsIn([{ title: text, text }], list)).toMatchObject([{ title: said, text: said }]);
});

it('elements with a capital are markup, components are not', async () => {
  const text = 'one<Br>two <Strong>x</Strong> <Font color="red">z</Font> by <Link to="/a">go</Link>';
  expect((await hitsIn([{ title: 'T', text }], list))?.[0]?.text).toBe('one two x z by <Link to="/a">go</Link>');
});

it('markup with a backtick in it is markup', async () => {
  const text = '<p>Type ` and <b>then</b> ` again, <source src="/a"> <code>&lt;b&gt;</code></p>';
  expect((await hitsIn([{ title: 'T', text }], list))?.[0]?.text).toBe('Type ` and then ` again, <b>');
});

it.each<[string, unknown, string]>([
  ['an object (HAL, JSON:API)', { href: '/x', title: 'T' }, 'https://api.example.org/x'],
  [
    'several with relations',
    [
      { rel: 'self', href: '/a' },
      { rel: 'alternate', href: '/b' },
    ],
    'https://api.example.org/b',
  ],
  ['a DOI by itself', '10.1000/xyz123', 'https://doi.org/10.1000/xyz123'],
  ['a host by itself', 'www.example.org/a', 'https://www.example.org/a'],
  ['references', 'https://e.example/?a=1&amp;b=2&#x2F;c&copy=3', 'https://e.example/?a=1&b=2/c&copy=3'],
])('the link is what is meant: %s', async (_, url, link) => {
  expect(await hitsIn([{ title: 'T', url }], list)).toEqual([{ title: 'T', link, text: '' }]);
});

it('an enclosure is a link where there is no other', async () => {
  const xml =
    '<rss><channel><item><title>T</title><guid isPermaLink="false">x</guid><enclosure url="https://e.example/1.mp3"/></item></channel></rss>';
  const source = {
    ...list,
    hits: '$.rss.channel.item[*]',
    link: "$['link','guid','enclosure']",
    format: 'xml',
  } as const;
  expect(await hitsIn(xml, source)).toMatchObject([{ link: 'https://e.example/1.mp3' }]);
});

it('halves of a pair are not handed on', async () => {
  const [hit] = (await hitsIn('[{"title":"a\\ud83d b","text":"x\\udc00y"}]', list)) ?? [];
  expect(hit).toMatchObject({ title: 'a\uFFFD b', text: 'x\uFFFDy' });
});
