import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createActivities } from '../../activities/index.js';
import type { Policy, PolicyRules } from '../../activities/index.js';
import type { Answer } from '../../src/contract/model-call.js';
import type { ToolBy } from '../../src/contract/tool.js';
import type { HttpSource, Source } from '../../src/contract/source.js';
import { CpuPool } from './asking.js';
import { BlobStore } from '../../src/store/blob-store.js';

const token = 'made-up-token-1';
const marker = 'The marker is under the plum tree.';

let folder: string;
let server: Server;
let port: number;
let seen: IncomingMessage[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fanfold-allowed-'));
  await writeFile(join(folder, 'marker.txt'), marker);
  server = createServer((request, response) => {
    seen.push(request);
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify([{ title: 'Found', link: 'https://w.org/1', text: marker }]));
  }).listen(0, '0.0.0.0');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});

beforeEach(() => {
  seen = [];
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

/** What an attempt comes to: its answer, or `type: message` of a failure that is not tried again. */
async function comesTo(run: () => Promise<unknown>): Promise<string> {
  const environment = new MockActivityEnvironment({ attempt: 1 }, { logger: new DefaultLogger('ERROR') });
  return environment.run(run).then(
    (answer) => JSON.stringify((answer as Answer).output),
    (failure: unknown) => {
      if (!(failure instanceof ApplicationFailure)) throw failure;
      return `${failure.type}: ${failure.message}${failure.nonRetryable ? '' : ' (again)'}`;
    },
  );
}

const cpu = new CpuPool(1);

afterAll(() => cpu.close());

function activities(policy?: PolicyRules | Policy) {
  const offlineModelUrl = () => Promise.reject(new Error('no model'));
  const env = { WIKI_TOKEN: token, ANTHROPIC_API_KEY: token };
  return createActivities({ store: new BlobStore(folder), env, offlineModelUrl, cpu, ...(policy && { policy }) });
}

const place = { key: 'a', index: 0, queuedAtMs: 0 };

function search(source: Source, policy?: PolicyRules): Promise<string> {
  const { searchSource } = activities(policy);
  return comesTo(() => searchSource({ ...place, source, question: 'marker' }));
}

function call(by: ToolBy, input: object, policy?: PolicyRules | Policy): Promise<string> {
  const { callTool } = activities(policy);
  const tool = { name: 'a_tool', description: 'A tool.', inputSchema: { type: 'object' }, by };
  return comesTo(() => callTool({ ...place, tool, input: { inline: input }, inlineBytes: 10_000 }));
}

const http = (url: string, more: Partial<HttpSource> = {}): Source => ({
  name: 'wiki',
  kind: 'http',
  url,
  hits: '$[*]',
  title: '$.title',
  link: '$.link',
  text: '$.text',
  ...more,
});

describe('a worker without a rule for it', () => {
  it('searches, lists and reads no folder', async () => {
    const refused = `NotAllowed: This worker does not allow the folder ${folder}. Its policy would have to list it under \`folders\`.`;
    expect(await search({ name: 'f', kind: 'files', folder })).toBe(refused);
    expect(await call({ kind: 'list-files', folder }, {})).toBe(refused);
    expect(await call({ kind: 'read-file', folder }, { path: 'marker.txt' })).toBe(refused);
    const source: Source = { name: 'f', kind: 'files', folder };
    expect(await call({ kind: 'source', source }, { query: 'marker' })).toBe(refused);
    const other = { folders: [join(folder, 'below')] };
    expect(await search({ name: 'f', kind: 'files', folder }, other)).toBe(refused);
  });

  it('says the same of a folder that is not there: it tells nobody what there is', async () => {
    expect(await search({ name: 'f', kind: 'files', folder: '/nowhere' })).toMatch(
      /^NotAllowed: This worker does not allow the folder \/nowhere\./,
    );
  });

  it('contacts no private address, whatever the run says', async () => {
    const refused = `NotAllowed: This worker does not allow localhost:${port} to have a private address. Its policy would have to list it under \`privateHosts\`.`;
    const address = `http://localhost:${port}/`;
    expect(await search(http(address, { private: true }))).toBe(refused);
    expect(await search(http(address))).toMatch(/^NotAllowed: Its address \S+ is loopback/);
    const source = http(address, { private: true });
    expect(await call({ kind: 'source', source }, { query: 'marker' })).toBe(refused);
    const hosts = [`localhost:${port}`];
    expect(await call({ kind: 'fetch', hosts, private: hosts }, { url: address })).toBe(refused);
    expect(await call({ kind: 'fetch', hosts, private: true }, { url: address })).toBe(refused);
    expect(seen).toEqual([]);
  });

  it('sends no variable of its environment', async () => {
    const address = `http://localhost:${port}`;
    const headers = { authorization: 'Bearer ${WIKI_TOKEN}' };
    const policy = { privateHosts: [`localhost:${port}`], headerVariables: { [address]: ['OTHER'] } };
    expect(await search(http(`${address}/`, { private: true, headers }), policy)).toBe(
      `NotAllowed: This worker does not allow the variable WIKI_TOKEN in headers for ${address}. Its policy would have to list it under \`headerVariables\`.`,
    );
    const own = { ...http(`${address}/`, { private: true }), headers: { x: '${ANTHROPIC_API_KEY}' } };
    expect(await search(own, policy)).toMatch(/^NotAllowed: .*may not have the variable ANTHROPIC_API_KEY/);
    expect(seen).toEqual([]);
  });

  it('sends a variable to no host that a question makes up', async () => {
    const policy = { privateHosts: [`127.0.0.1:${port}`], headerVariables: { 'http://127.0.0.1': ['WIKI_TOKEN'] } };
    const headers = { authorization: '${WIKI_TOKEN}' };
    const source = http(`http://127.0.0.1:{{ query }}/`, { private: true, headers });
    const { searchSource } = activities(policy);
    expect(await comesTo(() => searchSource({ ...place, source, question: String(port) }))).toMatch(/^NotAllowed: /);
    expect(seen).toEqual([]);
  });

  it('runs no module and no server', async () => {
    const sha256 = '0'.repeat(64);
    expect(await call({ kind: 'registered', sha256, tool: 'add' }, {})).toBe(
      'NotAllowed: This worker does not allow the module or MCP server of `add`. Its policy would have to list it under `tools` or `mcpServers`.',
    );
  });
});

describe('a worker with a rule for it', () => {
  it('searches, lists and reads a folder', async () => {
    const policy = { folders: [folder] };
    expect(await search({ name: 'f', kind: 'files', folder }, policy)).toContain(marker);
    expect(await call({ kind: 'list-files', folder }, {}, policy)).toContain('marker.txt');
    expect(await call({ kind: 'read-file', folder }, { path: 'marker.txt' }, policy)).toContain(marker);
  });

  it('contacts a private host and sends it a variable', async () => {
    const host = `localhost:${port}`;
    const policy = { privateHosts: [host], headerVariables: { [`http://${host}`]: ['WIKI_TOKEN'] } };
    const headers = { authorization: 'Bearer ${WIKI_TOKEN}' };
    expect(await search(http(`http://${host}/`, { private: true, headers }), policy)).toContain(marker);
    expect(seen[0]?.headers.authorization).toBe(`Bearer ${token}`);
    // The run has to mean it, too.
    expect(await search(http(`http://${host}/`), policy)).toMatch(/^NotAllowed: Its address \S+ is loopback/);
  });
});

it('opens private addresses of a fetch host by host: one that is local opens no other', async () => {
  const hosts = [`0.0.0.0:${port}`, `localhost:${port}`];
  const policy = { privateHosts: [`localhost:${port}`] };
  for (const meant of [true, [`localhost:${port}`]]) {
    const by: ToolBy = { kind: 'fetch', hosts, private: meant };
    expect(await call(by, { url: `http://0.0.0.0:${port}/` }, policy)).toMatch(
      /^NotAllowed: Its address 0\.0\.0\.0 is unspecified/,
    );
    expect(seen).toEqual([]);
    expect(await call(by, { url: `http://localhost:${port}/` }, policy)).toContain('plum tree');
    seen = [];
  }
});
