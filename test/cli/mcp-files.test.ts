import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { inOurWords, mcpShape, serverOf } from '../../src/cli/read/mcp-shape.js';
import { namesOfTools } from '../../src/cli/read/mcp-names.js';
import { mcpTools } from '../../src/cli/read/read-mcp.js';
import { readPolicy } from '../../src/cli/read/read-policy.js';
import type { World } from '../../src/cli/world.js';
import { digestOf, ToolRegistry } from '../../src/tools/index.js';
import { scriptedServer } from '../tools/scripted-server.js';

let directory: string;
let said = '';
let world: World;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fanfold-files-'));
  const stderr = { write: ({ text }: { text: string }) => (said += text) };
  world = { cwd: directory, env: process.env, stderr } as unknown as World;
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('names of tools', () => {
  const named = (...tools: [string, string][]) => namesOfTools(tools.map(([server, own]) => ({ server, own })));

  it('are those of server and tool', () =>
    expect(named(['s', 'look'], ['my server', 'a.b'])).toEqual(['s__look', 'my_server__a_b']));

  it('stay apart where they are spelt alike or too long, and are the same in another order', () => {
    const alike = named(['s', 'files.read'], ['s', 'files_read'], ['s', 'files/read']);
    expect([new Set(alike).size, alike[1]]).toEqual([3, 's__files_read']);
    const long: [string, string][] = ['create', 'delete'].map((end) => ['s', `${'x'.repeat(60)}_${end}`]);
    const names = named(...long);
    expect(new Set(names).size).toBe(2);
    expect(named(...long.toReversed())).toEqual(names.toReversed());
    for (const name of [...alike, ...names]) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(new Set(named(['a', 'b__c'], ['a__b', 'c'])).size).toBe(2);
  });
});

it('takes a file of servers as other clients write it', () => {
  const read = mcpShape.parse(
    inOurWords({
      inputs: [],
      servers: {
        '@scope/one': { type: 'stdio', command: 'one', args: ['${A}'], timeout: 5 },
        two: { type: 'streamable-http', url: 'https://two.example/mcp' },
        three: { transport: 'sse', serverUrl: 'https://three.example/sse', headers: { a: 'b' } },
        four: { httpUrl: 'https://four.example/mcp', disabled: true },
      },
    }),
  );
  expect(Object.entries(read.mcpServers).map(([name, given]) => serverOf(name, given, '/srv'))).toEqual([
    { name: '@scope/one', cwd: '/srv', command: 'one', args: ['${A}'] },
    { name: 'two', type: 'http', url: 'https://two.example/mcp' },
    { name: 'three', type: 'sse', url: 'https://three.example/sse', headers: { a: 'b' } },
    { name: 'four', url: 'https://four.example/mcp' },
  ]);
});

it('names what it does not use, and leaves out a server that is disabled', async () => {
  const path = await scriptedServer(
    directory,
    'server',
    `{ 'tools/list': () => ({ tools: ['look', 'act'].map((name) => ({ name, inputSchema: { type: 'object' } })) }) }`,
  );
  const own = { command: process.execPath, args: [path], reads: ['look'] };
  const mcpServers = { own: { ...own, alwaysAllow: ['act'] }, off: { command: 'not-there', disabled: true } };
  await writeFile(join(directory, 'mcp.json'), JSON.stringify({ mcpServers }));
  const tools = await mcpTools('mcp.json', new ToolRegistry(directory), world, false);
  expect(tools.map(({ name, changes = false }) => [name, changes])).toEqual([
    ['own__look', false],
    ['own__act', true],
  ]);
  expect(said).toContain(
    'the MCP server own has `alwaysAllow` in the file, which fanfold does not use: list tools that',
  );
  expect(said).toContain('the MCP server off is disabled in the file: it is left out');
});

it('has a server of a policy run for the commands that name the same', async () => {
  const servers = {
    web: { type: 'http', url: 'https://mcp.example.org/mcp', reads: ['look'] },
    own: { command: 'own' },
  };
  await writeFile(join(directory, 'policy.yaml'), JSON.stringify({ mcpServers: servers }));
  const allowed = (await readPolicy('policy.yaml', world)).mcpServers ?? {};
  const named = mcpShape.parse({ mcpServers: servers }).mcpServers;
  for (const [name, given] of Object.entries(named)) {
    const mcp = allowed[name];
    expect(mcp === undefined ? '' : digestOf({ mcp })).toBe(digestOf({ mcp: serverOf(name, given, directory) }));
  }
});
