import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs')).map((name) => join('docs', name)),
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

describe('the documentation', () => {
  it.each(pages)('of %s links to files that exist', (page) => {
    const dead = linksOf(page).filter((target) => !existsSync(join(root, dirname(page), target)));
    expect(dead).toEqual([]);
  });

  it('has links to be checked', () => {
    expect(linksOf('README.md').length).toBeGreaterThan(10);
  });

  it('names every room in the architecture', () => {
    const architecture = textOf('docs/architecture.md');
    const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(rooms.filter(({ name }) => !architecture.includes(`\`src/${name}\``)).map(({ name }) => name)).toEqual([]);
  });

  it('names tests in the architecture that exist', () => {
    const [, promises = ''] = textOf('docs/architecture.md').split('## Promises');
    const [table = ''] = promises.split('## Decisions');
    const named = [...table.matchAll(/`([a-z-]+\/[a-z-]+|[a-z-]+\/[a-z-/]*\*)`/g)].map(([, name]) => name!);
    expect(named.length).toBeGreaterThan(10);
    const path = (name: string) => join(root, 'test', name.endsWith('/*') ? name.slice(0, -2) : `${name}.test.ts`);
    expect(named.filter((name) => !existsSync(path(name)))).toEqual([]);
  });
});
