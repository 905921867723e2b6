import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { privateHostsOf } from '../../src/contract/tool.js';
import { grantsOfSource, grantsOfTool, rulesPolicy } from '../../src/tools/index.js';
import { digestOf } from '../../src/tools/tool-registry.js';

let root: string;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'fanfold-policy-')));
  await mkdir(join(root, 'docs', 'legal'), { recursive: true });
  await mkdir(join(root, 'docs', '.hidden', 'deep'), { recursive: true });
  await mkdir(join(root, 'docs-of-others'));
  await symlink(join(root, 'docs'), join(root, 'link'));
});

afterAll(() => rm(root, { recursive: true }));

describe('rules', () => {
  it('allow a folder and those below it, however the rule is written, and no hidden one', async () => {
    for (const rule of ['docs', 'docs/', 'link', 'docs-of-others/../docs']) {
      const policy = rulesPolicy({ folders: [`${root}/${rule}`] });
      const allowed = (path: string) => policy.allows({ folder: join(root, path) });
      expect(await Promise.all(['docs', 'docs/legal'].map(allowed))).toEqual([true, true]);
      const others = ['.', 'docs-of-others', 'docs/.hidden', 'docs/.hidden/deep'];
      expect(await Promise.all(others.map(allowed))).toEqual([false, false, false, false]);
    }
  });

  it('allow a variable at its own scheme, host and port', async () => {
    const policy = rulesPolicy({ headerVariables: { 'https://Wiki.example.org': ['TOKEN'] } });
    const allowed = (headerVariable: string, origin: string) => policy.allows({ headerVariable, origin });
    expect(await allowed('TOKEN', 'https://wiki.example.org')).toBe(true);
    expect(await allowed('OTHER', 'https://wiki.example.org')).toBe(false);
    expect(await allowed('TOKEN', 'http://wiki.example.org')).toBe(false);
    expect(await allowed('TOKEN', 'https://wiki.example.org:8443')).toBe(false);
  });

  it('allow modules and servers by the digest that a command gives them', async () => {
    const mcp = { url: 'https://mcp.example.org/mcp' };
    const policy = rulesPolicy({ tools: ['/srv/tools.mjs'], mcpServers: { web: mcp } });
    expect(await policy.runnable(digestOf({ module: '/srv/tools.mjs' }))).toEqual({ module: '/srv/tools.mjs' });
    expect(await policy.runnable(digestOf({ mcp }))).toEqual({ mcp });
    expect(await policy.runnable(digestOf({ module: '/srv/other.mjs' }))).toBeUndefined();
  });

  it('allow nothing where there are none', async () => {
    const policy = rulesPolicy({});
    expect(await policy.allows({ folder: root })).toBe(false);
    expect(await policy.allows({ privateHost: 'localhost' })).toBe(false);
    expect(await policy.allows({ headerVariable: 'PATH', origin: 'https://a.example' })).toBe(false);
  });

  it.each([
    [{ folders: ['docs'] }, 'Expected `folders` to have absolute paths, got `docs`.'],
    [{ tools: ['./tools.mjs'] }, 'Expected `tools` to have absolute paths, got `./tools.mjs`.'],
    [{ privateHosts: ['http://wiki'] }, 'Expected `privateHosts` to have hosts such as wiki.internal:8080'],
    [{ privateHosts: ['wiki:443'] }, 'got `wiki:443`'],
    [{ privateHosts: ['*.internal'] }, 'got `*.internal`'],
    [{ headerVariables: { 'https://me:made-up-token-1@wiki.example.org': ['A'] } }, 'got `https://wiki.example.org`'],
    [{ headerVariables: { 'wiki.example.org': ['A'] } }, 'by address such as https://wiki.example.org'],
    [{ headerVariables: { 'https://wiki.example.org/path': ['A'] } }, 'got `https://wiki.example.org/path`'],
    [{ headerVariables: { 'https://w.org': ['ANTHROPIC_API_KEY'] } }, 'Expected no variable of fanfold'],
  ])('that cannot be meant are told: %j', (rules, message) => {
    expect(() => rulesPolicy(rules)).toThrow(message);
  });
});

describe('what a run needs', () => {
  const http = { name: 'w', kind: 'http', hits: '$', title: '$', link: '$', text: '$' } as const;

  it('is a folder where it really is', async () => {
    const folder = join(root, 'link');
    const grants = [{ folder: join(root, 'docs') }];
    expect(await grantsOfSource({ name: 'f', kind: 'files', folder })).toEqual(grants);
    expect(await grantsOfTool({ kind: 'list-files', folder })).toEqual(grants);
    expect(await grantsOfTool({ kind: 'read-file', folder })).toEqual(grants);
    expect(await grantsOfTool({ kind: 'source', source: { name: 'f', kind: 'files', folder } })).toEqual(grants);
  });

  it('is nothing for a public host without variables', async () => {
    const headers = { authorization: 'Bearer made-up-token-1' };
    expect(await grantsOfSource({ ...http, url: 'http://wiki.example.org/?q={{ query }}', headers })).toEqual([]);
  });

  it('is the private host, and each variable for the origin; fanfold’s own are never asked for', async () => {
    const headers = { a: '${ONE}-${TWO}', b: '${ANTHROPIC_API_KEY}' };
    const source = { ...http, url: 'http://localhost:81/{{ query }}', headers, private: true };
    expect(await grantsOfSource(source)).toEqual([
      { privateHost: 'localhost:81' },
      { headerVariable: 'ONE', origin: 'http://localhost:81' },
      { headerVariable: 'TWO', origin: 'http://localhost:81' },
    ]);
  });

  it('is the private hosts of a fetch, of which older inputs have the local ones only', async () => {
    const hosts = ['a.example', 'localhost:9', '10.0.0.1', '127.0.0.1'];
    const fetch = { kind: 'fetch', hosts } as const;
    expect(privateHostsOf(fetch)).toEqual([]);
    expect(privateHostsOf({ ...fetch, private: ['localhost:9', 'b.example'] })).toEqual(['localhost:9']);
    expect(privateHostsOf({ ...fetch, private: true })).toEqual(['localhost:9', '127.0.0.1']);
    expect(await grantsOfTool({ ...fetch, private: ['10.0.0.1'] })).toEqual([{ privateHost: '10.0.0.1' }]);
  });
});
