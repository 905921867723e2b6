import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { RankedHit } from '../../src/fold/hits.js';
import type { Run } from '../../src/contract/run.js';
import { Desk } from '../support/fanfold.js';

let desk: Desk;
let server: Server;
let base: string;
let seen: IncomingMessage[];
/** What the server does for each path. */
let routes: Record<string, (request: IncomingMessage, response: ServerResponse) => void>;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 50 });
  await desk.serve({ env: { WIKI_TOKEN: 's3cret-token' } });
  server = createServer((request, response) => {
    seen.push(request);
    const path = (request.url ?? '').split('?')[0]!;
    const route = routes[path];
    if (route === undefined) response.writeHead(404).end();
    else route(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  seen = [];
  routes = {
    '/wiki': answer({ results: [entry('Breach notice', 'https://w.org/breach'), entry('Other', 'https://w.org/o')] }),
    '/papers': answer({ results: [entry('A paper', 'https://p.org/1'), entry('Breach', 'https://www.w.org/breach/')] }),
  };
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await desk.close();
});

const entry = (title: string, url: string) => ({ title, url, snippet: `<b>${title}</b> &amp; more` });

function answer(body: unknown, status = 200, headers = {}) {
  return (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function sources(paths: Record<string, string>): Promise<string[]> {
  const lines = Object.entries(paths).map(
    ([name, more]) =>
      `  ${name}: { url: "${base}/${name}?q={{ query }}", hits: "$.results[*]", title: "$.title", link: "$.url", text: "$.snippet"${more} }`,
  );
  await writeFile(join(desk.directory, 'sources.yaml'), ['sources:', ...lines, ''].join('\n'));
  return ['--sources-file', 'sources.yaml'];
}

const open = ', private: true';

function hitsOf({ output }: Run): RankedHit[] {
  return (output as { hits: RankedHit[] }).hits;
}

it('searches all sources at once and makes one list of what they have', async () => {
  const held: (() => void)[] = [];
  for (const [path, reply] of Object.entries(routes)) {
    routes[path] = (request, response) => {
      held.push(() => reply(request, response));
      // Nobody is answered before both have been asked.
      if (held.length === 2) for (const release of held) release();
    };
  }
  await mkdir(join(desk.directory, 'notes'), { recursive: true });
  await writeFile(join(desk.directory, 'notes', 'breach.md'), 'About lunch.\n\nA breach notice is due within a day.\n');
  const words = ['gather', 'breach notice', ...(await sources({ wiki: open, papers: open }))];
  const run = await desk.json([...words, '--sources', 'wiki,papers,files:notes']);
  expect(run).toMatchObject({ kind: 'gather', status: 'complete', coverage: { ok: 3, total: 3 }, costUsd: 0 });
  expect(run.branches.map(({ key }) => key)).toEqual(['wiki', 'papers', 'files:notes']);
  const [first] = hitsOf(run);
  expect(first).toMatchObject({ title: 'Breach notice', link: 'https://w.org/breach', sources: ['wiki', 'papers'] });
  expect(first?.text).toBe('Breach notice & more');
  const [local] = hitsOf(run).filter((hit) => hit.sources.includes('files:notes'));
  expect(local).toMatchObject({ title: 'breach.md', text: 'A breach notice is due within a day.' });
  expect(seen.map(({ url }) => url)).toContain('/wiki?q=breach%20notice');
});

it('names a source that fails, and has the hits of the others', async () => {
  let tries = 0;
  routes['/papers'] = (request, response) => {
    tries += 1;
    answer({}, 503)(request, response);
  };
  const words = ['gather', 'breach', ...(await sources({ wiki: open, papers: open })), '--attempts', '2', '--json'];
  const { code, stdout } = await desk.fanfold(words);
  const run = JSON.parse(stdout) as Run;
  expect([code, run.status, tries]).toEqual([3, 'partial', 2]);
  expect(run.branches[1]).toMatchObject({ status: 'failed', attempts: 2, error: { type: 'SourceFailed' } });
  expect(hitsOf(run)).toHaveLength(2);
});

it('searches a source that had failed again, and no other, when the run is retried', async () => {
  const papers = routes['/papers']!;
  routes['/papers'] = answer({}, 503);
  const words = ['gather', 'breach', ...(await sources({ wiki: open, papers: open })), '--attempts', '1'];
  expect((await desk.json([...words, '--id', 'again'])).status).toBe('partial');
  routes['/papers'] = papers;
  seen = [];
  const run = await desk.json(['retry', 'again']);
  expect(seen.map(({ url }) => url)).toEqual(['/papers?q=breach']);
  expect(run).toMatchObject({ status: 'complete', branches: [{ key: 'wiki', from: 'again' }, { key: 'papers' }] });
  expect(hitsOf(run)[0]).toMatchObject({ title: 'Breach notice', sources: ['wiki', 'papers'] });
});

it('does not wait for a source that is late', async () => {
  routes['/papers'] = () => {};
  const words = ['gather', 'breach', ...(await sources({ wiki: open, papers: open })), '--deadline', '2s', '--json'];
  const run = JSON.parse((await desk.fanfold(words)).stdout) as Run;
  expect(run.branches.map(({ status }) => status)).toEqual(['ok', 'late']);
  expect(hitsOf(run)).toHaveLength(2);
});

it('writes an answer and says what it cites', async () => {
  const words = ['gather', 'breach notice', ...(await sources({ wiki: open })), '--answer'];
  const run = await desk.json(words);
  expect(run.output).toMatchObject({ answer: expect.any(String), citations: { unknown: [] } });
  expect(run.fanIn).toMatchObject({ how: 'synthesise', from: ['wiki'] });
  expect(run.costUsd).toBeGreaterThan(0);
});

it('sends headers from the environment of the worker, and keeps them out of history', async () => {
  const words = [
    'gather',
    'x',
    ...(await sources({ wiki: `${open}, headers: { authorization: "Bearer \${WIKI_TOKEN}" }` })),
  ];
  const run = await desk.json([...words, '--id', 'headers']);
  expect(run.status).toBe('complete');
  expect(seen.at(-1)?.headers.authorization).toBe('Bearer s3cret-token');
  expect((await desk.fanfold(['show', 'headers', '--json'])).stdout).not.toContain('s3cret');
});

it('asks for no answer that may cost more than its budget, and says so', async () => {
  const words = ['gather', 'breach notice', ...(await sources({ wiki: open })), '--answer', '--fresh', '--json'];
  const { code, stdout } = await desk.fanfold([...words, '--budget', '0.0001']);
  const run = JSON.parse(stdout) as Run;
  expect([code, run.fanIn?.calls[0]?.error?.type, run.costUsd]).toEqual([4, 'OverBudget', 0]);
  expect((JSON.parse((await desk.fanfold([...words, '--budget', '0.5'])).stdout) as Run).status).toBe('complete');
});

it('reads feeds in XML, as arXiv has them', async () => {
  const entry = (id: string) =>
    `<entry><id>http://arxiv.org/abs/${id}</id><title>On breach &amp; notice ${id}</title><summary>About ${id}.</summary><author><name>A</name></author></entry>`;
  routes['/wiki'] = (_, response) =>
    void response.end(
      `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>q</title>${entry('1')}</feed>`,
    );
  routes['/papers'] = (_, response) => void response.end(`<feed>${entry('2')}${entry('3')}</feed`);
  const feed = `${open}, format: xml`;
  const words = await sources({ wiki: feed, papers: feed });
  const file = join(desk.directory, 'sources.yaml');
  const text = (await readFile(file, 'utf8')).replaceAll('$.results[*]', '$.feed.entry[*]').replaceAll('$.url', '$.id');
  await writeFile(file, text.replaceAll('$.snippet', '$.summary'));
  const run = JSON.parse((await desk.fanfold(['gather', 'breach', ...words, '--json'])).stdout) as Run;
  expect(hitsOf(run)).toEqual([
    {
      title: 'On breach & notice 1',
      link: 'http://arxiv.org/abs/1',
      text: 'About 1.',
      sources: ['wiki'],
      score: expect.any(Number),
    },
  ]);
  expect(run.branches[1]?.error?.message).toContain('Its answer is not XML');
});

it('asks a host no more often than it wants', async () => {
  const askedAt: number[] = [];
  for (const path of ['/wiki', '/papers']) {
    routes[path] = (request, response) => {
      askedAt.push(Date.now());
      answer({ results: [] })(request, response);
    };
  }
  await desk.json(['gather', 'x', ...(await sources({ wiki: `${open}, every: 1s`, papers: `${open}, every: 1s` }))]);
  // A request may take longer to arrive than the next; without a pace both arrive together.
  expect(Math.abs(askedAt[1]! - askedAt[0]!)).toBeGreaterThan(500);
});

describe('contacts nobody else', () => {
  it.each([
    ['a private address that is not said to be meant', '', 'is loopback; say `private: true`'],
    ['another host by redirection', open, 'redirects to other.invalid, which is not its own host'],
  ])('%s', async (_, more, message) => {
    routes['/wiki'] = answer({}, 302, { location: 'http://other.invalid/' });
    const { stdout } = await desk.fanfold(['gather', 'x', ...(await sources({ wiki: more })), '--json']);
    const run = JSON.parse(stdout) as Run;
    expect(run.branches[0]).toMatchObject({ status: 'failed', attempts: 1 });
    expect(run.branches[0]?.error?.message).toContain(message);
  });

  it('with a key of fanfold', async () => {
    const flags = await sources({ wiki: `${open}, headers: { x: "\${ANTHROPIC_API_KEY}" }` });
    const { stdout } = await desk.fanfold(['gather', 'x', ...flags, '--json']);
    expect((JSON.parse(stdout) as Run).branches[0]?.error?.message).toContain('may not have the variable');
    expect(seen).toEqual([]);
  });
});

it.each([
  [answer('<html>'), 'hits'],
  [(_: IncomingMessage, response: ServerResponse) => void response.end('<html>'), 'is not JSON'],
  [answer('x'.repeat(5_100_000)), 'is larger than 5000000 bytes'],
])('survives a source that answers nonsense', async (route, message) => {
  routes['/wiki'] = route;
  const { stdout } = await desk.fanfold(['gather', 'x', ...(await sources({ wiki: open })), '--json']);
  const run = JSON.parse(stdout) as Run;
  if (message === 'hits') expect(hitsOf(run)).toEqual([]);
  else expect(run.branches[0]?.error?.message).toContain(message);
});

describe('problems are told before anything is asked', () => {
  it.each([
    [['--sources', 'nowhere'], 'Expected a source to be files:FOLDER or one of wikipedia'],
    [['--sources', 'files:missing'], 'Expected a folder after `files:`'],
    [['--sources', 'github,github'], 'Expected every source once, got `github` twice.'],
    [['--sources-file', 'missing.yaml'], 'which does not exist'],
    [['--budget', '1'], 'Expected `--budget` together with `--answer`'],
    [['--hedge'], 'Expected no `--economy` or `--hedge`'],
    [['--limit', '0'], 'Expected `--limit` to be a whole number from 1 to 200'],
  ])('%j', async (flags, message) => {
    const { code, stderr } = await desk.inProcess(['gather', 'x', ...flags]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('in a sources file, with its place', async () => {
    await writeFile(
      join(desk.directory, 'bad.yaml'),
      'sources:\n  a: { url: "ftp://x", hits: "$", title: "$", link: "$", text: "$[" }\n',
    );
    const { code, stderr } = await desk.inProcess(['gather', 'x', '--sources-file', 'bad.yaml']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('bad.yaml: at sources.a.url: expected an address')]);
  });
});

// The last: it kills the worker of all.
it('goes on after a kill of its worker, and searches no source again that had answered', async () => {
  const env = { WIKI_TOKEN: 's3cret-token' };
  const reply = routes['/papers']!;
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  routes['/papers'] = (request, response) => void held.then(() => reply(request, response));
  const words = ['gather', 'breach', ...(await sources({ wiki: open, papers: open })), '--id', 'killed'];
  const running = desk.start([...words, '--json'], { env });
  while ((await desk.json(['show', 'killed']).catch(() => undefined))?.coverage.ok !== 1) await sleep(50);
  for (const pid of await desk.present('worker')) process.kill(pid, 'SIGKILL');
  release();
  const { stdout } = await running.ended;
  const run = JSON.parse(stdout) as Run;
  expect(run).toMatchObject({ status: 'complete', coverage: { ok: 2, total: 2 } });
  expect(seen.filter(({ url }) => url!.startsWith('/wiki'))).toHaveLength(1);
  expect(seen.filter(({ url }) => url!.startsWith('/papers')).length).toBeGreaterThan(1);
});
