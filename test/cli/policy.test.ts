import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { readPolicy, toldRunnables } from '../../src/cli/read/read-policy.js';
import type { World } from '../../src/cli/world.js';
import type { AgentInput } from '../../src/plan/agent-plan.js';
import type { Tool } from '../../src/contract/tool.js';
import type { GatherInput } from '../../src/plan/gather-plan.js';
import type { Source } from '../../src/contract/source.js';
import type { ResearchInput } from '../../src/plan/research-plan.js';
import type { Branch, Run } from '../../src/contract/run.js';
import { digestOf } from '../../src/tools/tool-registry.js';
import { Desk, root } from '../support/fanfold.js';

const token = 'made-up-token-1';
const marker = 'The marker lies under the plum tree.';

let server: Server;
let base: string;
let seen: IncomingMessage[];

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request);
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify([{ title: 'Marker', link: 'https://w.org/1', text: marker }]));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  seen = [];
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A desk with a folder, and a program that has nothing but Temporal's client. */
class Stranger {
  private constructor(
    readonly desk: Desk,
    readonly client: Client,
  ) {}

  static async open(flags: (desk: Desk) => Promise<string[]>): Promise<Stranger> {
    const desk = await Desk.open({ latencyMs: 0 });
    await mkdir(join(desk.directory, 'notes'));
    await writeFile(join(desk.directory, 'notes', 'marker.md'), `${marker}\n`);
    await desk.serve({ env: { WIKI_TOKEN: token }, flags: await flags(desk) });
    const connection = await Connection.connect({ address: await desk.serverAddress() });
    return new Stranger(desk, new Client({ connection, namespace: desk.namespace ?? 'default' }));
  }

  get notes(): Source {
    return { name: 'notes', kind: 'files', folder: join(this.desk.directory, 'notes') };
  }

  /** A run of its own, at its end: one whose branches all fail has failed itself. */
  async run<Input>(kind: string, input: Input): Promise<Run> {
    const handle = await this.client.workflow.start(kind, {
      workflowId: randomUUID(),
      taskQueue: 'fanfold',
      args: [input],
    });
    await handle.result().catch(() => {});
    return this.desk.json<Run>(['show', handle.workflowId]);
  }

  /** What a search of a source by `gather` comes to. */
  async search(source: Source): Promise<Branch | undefined> {
    const input: GatherInput = { question: 'marker', sources: [source] };
    return (await this.run('gather', input)).branches[0];
  }

  async close(): Promise<void> {
    await this.client.connection.close();
    await this.desk.close();
  }
}

const paths = { hits: '$[*]', title: '$.title', link: '$.link', text: '$.text' };
const http = (more: object = {}): Source => ({
  name: 'wiki',
  kind: 'http',
  url: `${base}/?q={{ query }}`,
  private: true,
  ...paths,
  ...more,
});
const refused = (message: string) => ({
  status: 'failed',
  attempts: 1,
  error: { type: 'NotAllowed', message: expect.stringContaining(message) },
});
const readTool = (folder: string): Tool => ({
  name: 'read_file',
  description: 'Reads a text file of the folder.',
  inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
  by: { kind: 'read-file', folder },
});

describe('a worker of a home', () => {
  let stranger: Stranger;

  beforeAll(async () => {
    stranger = await Stranger.open(async () => []);
  });

  afterAll(() => stranger.close());

  it('does for a stranger what no command of the home has named: nothing', async () => {
    const [folder, privately, variable] = await Promise.all([
      stranger.search(stranger.notes),
      stranger.search(http()),
      stranger.search(http({ private: false, url: 'https://w.invalid/', headers: { a: 'Bearer ${WIKI_TOKEN}' } })),
    ]);
    expect(folder).toMatchObject(refused('does not allow the folder'));
    expect(folder?.error?.message).toContain('start the worker with `--policy` and list it under `folders`');
    expect(privately).toMatchObject(refused('to have a private address'));
    expect(variable).toMatchObject(refused('does not allow the variable WIKI_TOKEN in headers for https://w.invalid'));
    expect(seen).toEqual([]);
  });

  it('says so where `validate` and `research` search', async () => {
    const document = { inline: 'The marker lies somewhere.' };
    const validated = await stranger.run('validate', {
      text: document.inline,
      document,
      checks: ['facts'],
      sources: [stranger.notes],
    });
    expect(validated.branches.find(({ key }) => key === 'notes')).toMatchObject(refused('does not allow the folder'));
    const input: ResearchInput = { question: 'Where does the marker lie?', sources: [stranger.notes], rounds: 1 };
    const { branches } = await stranger.run('research', input);
    expect(branches.find(({ key }) => key === 'task-1-notes')).toMatchObject(refused('does not allow the folder'));
  });

  it('tells the model of an agent', async () => {
    const { folder } = stranger.notes as { folder: string };
    const input: AgentInput = { task: 'Read the file marker.md of the folder', tools: [readTool(folder)] };
    const { branches } = await stranger.run('agent', input);
    expect(branches.find(({ key }) => key === 'read_file-1')).toMatchObject(refused('does not allow the folder'));
    const [answered] = stranger.desk.model.calls.slice(-1);
    expect(JSON.stringify(answered)).not.toContain('plum tree');
  });

  it('does it for commands of the home, which register what they name, and from then on for all', async () => {
    await writeFile(
      join(stranger.desk.directory, 'sources.yaml'),
      `sources:\n  wiki: { url: "${base}/?q={{ query }}", hits: "$[*]", title: "$.title", link: "$.link", text: "$.text", private: true, headers: { authorization: "Bearer \${WIKI_TOKEN}" } }\n`,
    );
    const run = await stranger.desk.json([
      'gather',
      'marker',
      '--sources-file',
      'sources.yaml',
      '--sources',
      'wiki,files:notes',
    ]);
    expect(run).toMatchObject({ status: 'complete', coverage: { ok: 2, total: 2 } });
    expect(seen[0]?.headers.authorization).toBe(`Bearer ${token}`);
    expect(await stranger.search(stranger.notes)).toMatchObject({ status: 'ok' });
    const elsewhere = http({ url: `${base.replace('127.0.0.1', 'localhost')}/` });
    expect(await stranger.search(elsewhere)).toMatchObject(refused('to have a private address'));
  });
});

describe('a worker with a policy', () => {
  let stranger: Stranger;
  const module = () => join(stranger.desk.directory, 'tools.mjs');

  beforeAll(async () => {
    stranger = await Stranger.open(async ({ directory }) => {
      await mkdir(join(directory, 'other'));
      await writeFile(
        join(directory, 'tools.mjs'),
        `import { z } from 'zod';
        export default [{ name: 'tell_marker', description: 'Tells the marker.', input: z.object({}), run: () => '${marker}' }];`,
      );
      const policy = {
        folders: [join(directory, 'notes')],
        privateHosts: [new URL(base).host],
        headerVariables: { [base]: ['WIKI_TOKEN'] },
        tools: [join(directory, 'tools.mjs')],
      };
      await writeFile(join(directory, 'policy.yaml'), JSON.stringify(policy));
      return ['--policy', 'policy.yaml'];
    });
  });

  afterAll(() => stranger.close());

  it('does for a stranger what it says', async () => {
    expect(await stranger.search(stranger.notes)).toMatchObject({ status: 'ok' });
    expect(await stranger.search(http({ headers: { authorization: '${WIKI_TOKEN}' } }))).toMatchObject({
      status: 'ok',
    });
    expect(seen[0]?.headers.authorization).toBe(token);
    const tool: Tool = {
      name: 'tell_marker',
      description: 'Tells the marker.',
      inputSchema: { type: 'object', properties: {} },
      by: { kind: 'registered', sha256: digestOf({ module: module() }), tool: 'tell_marker' },
    };
    const { branches } = await stranger.run<AgentInput>('agent', { task: 'Tell the marker', tools: [tool] });
    expect(branches.find(({ key }) => key === 'tell_marker-1')).toMatchObject({ status: 'ok' });
  });

  it('does for nobody what it does not say, for no command of the home either', async () => {
    const { stdout } = await stranger.desk.fanfold(['gather', 'marker', '--sources', 'files:other', '--json']);
    expect((JSON.parse(stdout) as Run).branches[0]).toMatchObject(
      refused('Its policy would have to list it under `folders`.'),
    );
    await writeFile(join(stranger.desk.directory, 'more.mjs'), await readFile(module()));
    const run = await stranger.desk.fanfold(['agent', 'Tell the marker', '--tools', './more.mjs', '--json']);
    expect((JSON.parse(run.stdout) as Run).branches[1]).toMatchObject(refused('under `tools` or `mcpServers`'));
  });
});

describe('a policy file', () => {
  let desk: Desk;

  beforeAll(async () => {
    desk = await Desk.open();
  });

  afterAll(() => desk.close());

  it.each([
    [
      'folder: [/srv]',
      'at the top: expected one of folders, privateHosts, headerVariables, tools, mcpServers, got folder',
    ],
    ['folders: [notes]', 'at folders.0: expected an absolute path, got `"notes"`.'],
    ['folders: /srv', 'at folders: expected array, received string, got `"/srv"`.'],
    ['privateHosts: ["http://wiki/"]', 'at privateHosts.0: expected a host such as wiki.internal:8080'],
    ['headerVariables: { "https://w.org": [ANTHROPIC_API_KEY] }', 'expected a variable that does not begin with'],
    ['tools: [./tools.mjs]', 'at tools.0: expected an absolute path, got `"./tools.mjs"`.'],
    ['mcpServers: { a: { comand: x } }', 'at mcpServers.a: expected { command, args, env, cwd } or { url, headers }'],
    ['headerVariables: { "https://me:made-up-token-1@w.org": [A] }', 'at headerVariables.https://w.org: expected an'],
    ['- a', 'at the top: expected object, received array, got a list.'],
    ['folders: [', 'policy.yaml:2:1: '],
  ])('that says what it may not is refused before anything is started: %s', async (text, message) => {
    await writeFile(join(desk.directory, 'policy.yaml'), `${text}\n`);
    const { code, stderr } = await desk.inProcess(['worker', '--policy', 'policy.yaml']);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('quotes nothing that may be a secret', async () => {
    await writeFile(
      join(desk.directory, 'policy.yaml'),
      `headerVariables: { "https://w.org": ["Bearer ${token}"] }\nmcpServers: { a: { url: "x", headers: { a: "${token}" } } }\n`,
    );
    const { code, stderr } = await desk.inProcess(['worker', '--policy', 'policy.yaml']);
    expect([code, stderr]).toEqual([2, expect.not.stringContaining(token)]);
  });

  it('that is not there is bad input', async () => {
    const { code, stderr } = await desk.inProcess(['worker', '--policy', 'missing.yaml']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('Expected a policy, got `missing.yaml`, which does not'),
    ]);
  });

  it('has digests for what it runs, by which others name it', () => {
    const mcp = { url: 'https://mcp.example.org/mcp' };
    expect(toldRunnables({ tools: ['/srv/tools.mjs'], mcpServers: { web: mcp } })).toEqual([
      `its policy allows /srv/tools.mjs, sha256 ${digestOf({ module: '/srv/tools.mjs' })}`,
      `its policy allows the MCP server web, sha256 ${digestOf({ mcp })}`,
    ]);
  });

  it('of the Compose stack allows nothing as it stands, and what its comments say once they are none', async () => {
    const world = { cwd: join(root, 'deploy') } as World;
    expect(await readPolicy('policy.yaml', world)).toEqual({
      folders: [],
      privateHosts: [],
      headerVariables: {},
      tools: [],
      mcpServers: {},
    });
    const text = await readFile(join(root, 'deploy', 'policy.yaml'), 'utf8');
    await writeFile(join(desk.directory, 'policy.yaml'), text.replaceAll(/^# ?(?=\w+:|  )/gm, ''));
    const all = await readPolicy('policy.yaml', { cwd: desk.directory } as World);
    for (const [section, listed] of Object.entries(all)) expect(Object.keys(listed as object), section).not.toEqual([]);
  });
});
