import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { branch } from '../support/agent-desk.js';
import { Desk, root } from '../support/fanfold.js';
import type { Running } from '../support/fanfold.js';

/** Made-up secrets, each by where it goes; a hit in what a run leaves tells which it was. */
const secrets = {
  header: 'made-up-wiki-token-1',
  malformed: 'made-up-malformed\ntoken-2',
  baseUrl: 'made-up/p@ss:word-3',
  query: 'made-up-query-token-4',
  bearer: 'made-up-bearer-token-5',
  environment: 'made-up-env-token-6',
  argument: 'made-up-argument-token-7',
};

/** How they would be found in a text; a line break is written otherwise in every format. */
const needles = Object.values(secrets).flatMap((secret) => [secret.split('\n').at(-1)!, encodeURIComponent(secret)]);

let desk: Desk;
let worker: Running;
let server: Server;
let base: string;
let env: NodeJS.ProcessEnv;
const said: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => void route(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  desk = await Desk.open();
  const userinfo = `me:${encodeURIComponent(secrets.baseUrl)}@`;
  env = {
    ANTHROPIC_BASE_URL: desk.model.url.replace('://', `://${userinfo}`),
    WIKI_TOKEN: secrets.header,
    MALFORMED: secrets.malformed,
    BEARER: secrets.bearer,
    NOTES: secrets.environment,
    FANFOLD_DEBUG: '1',
  };
  await writeFile(join(desk.directory, 'server.mjs'), stdioServer());
  await writeFile(join(desk.directory, 'servers.json'), JSON.stringify({ mcpServers: mcpServers() }));
  await writeFile(join(desk.directory, 'sources.yaml'), sources());
  worker = desk.start(['worker'], { env: { ...env, FANFOLD_LOG: 'TRACE' } });
  await worker.said(/ serves /);
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await desk.close();
});

/** A server that repeats whatever it was asked with. */
async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const echo = `You sent ${request.headers.authorization} to ${request.url}`;
  const path = (request.url ?? '').split('?')[0];
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  if (path === '/mcp' && !body.includes('tools/call')) {
    const transport = new StreamableHTTPServerTransport({});
    const mcp = new McpServer({ name: 'breaks', version: '1' });
    mcp.registerTool('lookup', { description: `Looks up. ${echo}`, annotations: { readOnlyHint: true } }, async () => ({
      content: [],
    }));
    await mcp.connect(transport as never);
    await transport.handleRequest(request, response, body === '' ? undefined : JSON.parse(body));
    return;
  }
  if (path === '/mcp') return void response.writeHead(500).end(echo);
  if (path === '/wiki')
    return void response.end(JSON.stringify({ results: [{ t: 'Breach', l: `${base}/1`, s: echo }] }));
  response.end(`${request.headers.authorization}: nonsense`);
}

function sources(): string {
  const source = (path: string, value: string) =>
    `{ url: "${base}/${path}?q={{ query }}", hits: "$.results[*]", title: "$.t", link: "$.l", text: "$.s", private: true, headers: { authorization: "Bearer \${${value}}" } }`;
  return `sources:\n  wiki: ${source('wiki', 'WIKI_TOKEN')}\n  nonsense: ${source('nonsense', 'WIKI_TOKEN')}\n  malformed: ${source('wiki', 'MALFORMED')}\n`;
}

function mcpServers(): object {
  return {
    far: { url: `${base}/mcp?key=${secrets.query}`, headers: { authorization: 'Bearer ${BEARER}' }, reads: ['lookup'] },
    near: {
      command: process.execPath,
      args: ['server.mjs', `--token=${secrets.argument}`],
      env: { NOTES_KEY: '${NOTES}' },
      reads: ['weather', 'traffic'],
    },
  };
}

function stdioServer(): string {
  const sdk = (path: string) => JSON.stringify(join(root, 'node_modules/@modelcontextprotocol/sdk/dist/esm', path));
  return `import { McpServer } from ${sdk('server/mcp.js')};
    import { StdioServerTransport } from ${sdk('server/stdio.js')};
    const server = new McpServer({ name: 'near', version: '1' });
    const told = process.env.NOTES_KEY + ' and ' + process.argv[2];
    const readOnly = { readOnlyHint: true };
    server.registerTool('weather', { description: 'Tells the weather.', annotations: readOnly }, async () => ({ content: [{ type: 'text', text: 'The weather is fine, says ' + told }] }));
    server.registerTool('traffic', { description: 'Tells the traffic.', annotations: readOnly }, async () => { throw new Error('refused: ' + told); });
    await server.connect(new StdioServerTransport());`;
}

async function run(...words: string[]): Promise<string> {
  const { stdout, stderr } = await desk.inProcess(words, { env });
  said.push(stdout, stderr);
  return stdout;
}

/** Files of the home in which a needle stands, but for what workers start servers with. */
async function filesWith(words: readonly string[]): Promise<string[]> {
  const entries = await readdir(desk.home, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const found = await Promise.all(
    files
      .filter((file) => !file.startsWith(join(desk.home, 'tools/')))
      .map(async (file) => {
        const bytes = await readFile(file);
        return words.filter((word) => bytes.includes(word)).map((word) => `${word} in ${file}`);
      }),
  );
  return found.flat();
}

describe('what is made of secrets of the environment', () => {
  it('answers without what a source has echoed, and names a header that cannot be sent without its value', async () => {
    const words = ['gather', 'breach', '--sources-file', 'sources.yaml', '--attempts', '1', '--id', 'sources'];
    const gathered = JSON.parse(await run(...words, '--json')) as Run;
    expect(JSON.stringify(gathered.output)).toContain('You sent Bearer [redacted] to /wiki');
    expect(gathered.branches.map(({ status }) => status)).toEqual(['ok', 'failed', 'failed']);
    expect(branch(gathered, 'nonsense').error?.message).toContain('"Bearer [redacted]');
    expect(branch(gathered, 'malformed').error?.message).toMatch(
      /^It has a value for the header authorization with a line/,
    );
  });

  it.each([
    [
      'a header',
      'headers: { x-api-key: made-up-literal-8 }',
      'header x-api-key of `own` to be read from the environment',
    ],
    ['a header that cannot be sent', 'headers: { accept: "made-up-literal-8\\nx" }', 'header accept with a line break'],
  ])('is not taken from a file of sources as %s, for it would be in history', async (_, more, expected) => {
    const source = `{ url: "${base}/wiki", hits: "$", title: "$", link: "$", text: "$", ${more} }`;
    await writeFile(join(desk.directory, 'own.yaml'), `sources:\n  own: ${source}\n`);
    const { code, stdout, stderr } = await desk.inProcess(['gather', 'x', '--sources-file', 'own.yaml'], { env });
    expect([code, stderr]).toEqual([2, expect.stringContaining(expected)]);
    expect(stdout + stderr).not.toContain('made-up-literal-8');
  });

  it('names an MCP server that breaks by its key, and tells the model what it said without what it was given', async () => {
    const task = 'Tell the weather and tell the traffic, then lookup the rest';
    const words = ['agent', task, '--mcp', 'servers.json', '--tool-attempts', '1', '--id', 'servers', '--json'];
    const answered = JSON.parse(await run(...words)) as Run;
    const called = answered.branches.filter(({ key }) => key.includes('__'));
    expect(called.map(({ key }) => key).toSorted()).toEqual(['far__lookup-1', 'near__traffic-1', 'near__weather-1']);
    expect(branch(answered, 'near__weather-1').output).toBe(
      'The weather is fine, says [redacted] and --token=[redacted]',
    );
    expect(branch(answered, 'near__traffic-1').error?.message).toContain('refused: [redacted] and --token=[redacted]');
    expect(branch(answered, 'far__lookup-1').error?.message).toMatch(
      /^The MCP server `far`: .*You sent Bearer \[redacted\] to \[redacted\]$/,
    );
    expect(branch(answered, 'far__lookup-1').error?.message).not.toContain(base);
  });

  it('is nowhere in what runs leave: history, home, report, output, errors and log', async () => {
    await run('perspectives', 'server.mjs', '--perspectives', 'legal', '--max-tokens', '2000', '--id', 'streamed');
    for (const id of ['sources', 'servers', 'streamed']) {
      for (const command of ['show', 'watch', 'report']) await run(command, id);
    }
    for (const words of [['doctor'], ['limits', '--json'], ['list'], ['journal', 'stats']]) await run(...words);
    const left = desk.start(['show', 'servers'], { env });
    const { stdout, stderr } = await left.ended;
    const stopped = await worker.kill('SIGTERM');
    const texts = [...said, stdout, stderr, stopped.stdout, stopped.stderr];
    for (const needle of needles) {
      expect(texts.filter((text) => text.includes(needle))).toEqual([]);
    }
    expect(await filesWith(needles)).toEqual([]);
    // The search finds what is there.
    expect((await filesWith(['The weather is fine'])).length).toBeGreaterThan(1);
    expect(texts.join('')).toContain('The weather is fine');
  });
});
