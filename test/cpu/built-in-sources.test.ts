import { describe, expect, it } from 'vitest';

import { readSources } from '../../src/cli/read/read-sources.js';
import type { World } from '../../src/cli/world.js';
import type { HttpSource, Source } from '../../src/contract/source.js';
import { readHits } from '../../src/cpu/tasks/read-hits.js';

async function hitsIn(answer: string, source: HttpSource) {
  const found = { bytes: Buffer.from(answer), type: '' };
  const limited = await readHits({ answer: found, source, address: 'https://example.org/feeds/all', limitMs: 5_000 });
  return limited.inTime ? limited.value : undefined;
}

describe('what the built-in sources answer is read', () => {
  const builtIn = async (name: string) =>
    (await readSources([name], undefined, { cwd: '/' } as World))[0] as Source & HttpSource;

  it('posts of Hacker News without a link have their own page', async () => {
    const answer = {
      hits: [
        { title: 'Ask HN: p < q?', url: null, story_text: 'It&#x27;s <i>a</i> question<p>p < q', objectID: '42' },
        { title: 'Show HN: List<T>', url: 'https://example.org/list', objectID: '43' },
      ],
    };
    expect(await hitsIn(JSON.stringify(answer), await builtIn('hackernews'))).toEqual([
      { title: 'Ask HN: p < q?', link: 'https://news.ycombinator.com/item?id=42', text: "It's a question p < q" },
      { title: 'Show HN: List<T>', link: 'https://example.org/list', text: '' },
    ]);
  });

  it('pages of Wikipedia are in the order of their index', async () => {
    const page = (index: number) => ({
      title: `${index}`,
      index,
      fullurl: `https://en.wikipedia.org/wiki/${index}`,
      extract: 'a < b',
    });
    const answer = { query: { pages: [3, 1, 2].map((index) => page(index)) } };
    const hits = await hitsIn(JSON.stringify(answer), await builtIn('wikipedia'));
    expect(hits?.map(({ title }) => title)).toEqual(['1', '2', '3']);
  });

  it('abstracts of arXiv and Crossref say what they say', async () => {
    const feed = `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/1</id><title>On $p &lt; q$</title>
      <summary>  We have p &lt; q and r &gt; s,
      and a&lt;b.</summary><link href="https://arxiv.org/abs/1"/></entry></feed>`;
    expect(await hitsIn(feed, await builtIn('arxiv'))).toEqual([
      { title: 'On $p < q$', link: 'http://arxiv.org/abs/1', text: 'We have p < q and r > s, and a<b.' },
    ]);
    const works = {
      message: {
        items: [
          {
            title: ['On <i>E. coli</i> &amp; others'],
            URL: 'https://doi.org/1',
            abstract: '<jats:title>Abstract</jats:title><jats:p>p &lt; q</jats:p>',
          },
        ],
      },
    };
    expect(await hitsIn(JSON.stringify(works), await builtIn('crossref'))).toEqual([
      { title: 'On E. coli & others', link: 'https://doi.org/1', text: 'Abstract p < q' },
    ]);
  });
});
