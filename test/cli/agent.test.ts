import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { AgentDesk, branch, own } from '../support/agent-desk.js';
import { root } from '../support/fanfold.js';
import { docxOf, p, zipOf } from '../support/office.js';
import type { Desk } from '../support/fanfold.js';

let agents: AgentDesk;
let desk: Desk;

beforeAll(async () => {
  agents = await AgentDesk.open();
  ({ desk } = agents);
});

afterAll(() => desk.close());

const threeFigures = 'Get the sales figures, get the cost figures and get the staff figures';

it('searches the web by a tool of the API: what was found stays in the conversation, and is on the bill', async () => {
  const flags = ['--server-tools', 'web_search', '--max-uses', '2', '--allowed-domains', 'example.com'];
  const run = await desk.json(own('Get the sales figures of the web', ...flags));
  expect(run).toMatchObject({ status: 'complete', usage: { webSearches: 1 } });
  expect(branch(run, 'turn-1').costUsd).toBeGreaterThan(0.01);
  const [first, second] = desk.model.calls.slice(-2).map(({ request }) => request as MessageCreateParams);
  expect(first?.tools).toContainEqual({
    type: 'web_search_20250305',
    name: 'web_search',
    max_uses: 2,
    allowed_domains: ['example.com'],
  });
  const said = second!.messages[1]!;
  expect((said.content as { type: string }[]).map(({ type }) => type).slice(0, 3)).toEqual([
    'server_tool_use',
    'web_search_tool_result',
    'tool_use',
  ]);
  expect(run.output).toContain('The sales figures are fine.');
});

describe('a turn with several calls', () => {
  let run: Run;

  beforeAll(async () => {
    run = await desk.json(own(threeFigures, '--id', 'three'));
  });

  it('makes them all at once, each a branch whose key begins with the name of its tool', () => {
    expect(run).toMatchObject({ kind: 'agent', status: 'complete', coverage: { ok: 5, total: 5 } });
    const called = run.branches.filter(({ key }) => key.startsWith('get_'));
    expect(called.map(({ key }) => key).toSorted()).toEqual(['get_cost-1', 'get_sales-1', 'get_staff-1']);
    const lastStart = Math.max(...called.map(({ startedAt }) => Date.parse(startedAt!)));
    const firstEnd = Math.min(...called.map(({ finishedAt }) => Date.parse(finishedAt!)));
    expect(lastStart).toBeLessThan(firstEnd);
  });

  it('answers from what came of them, in the order in which they were asked for', () => {
    expect(run.output).toContain('The cost figures are fine.');
    const [first, second] = desk.model.calls.slice(-2);
    expect(first?.prompt).toContain('Get the sales figures');
    const results = (second!.request as MessageCreateParams).messages.at(-1)!.content as { type: string }[];
    expect(results.map(({ type }) => type)).toEqual(['tool_result', 'tool_result', 'tool_result']);
    expect(run.branches.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    expect(run.branches.at(0)?.key).toBe('turn-1');
    expect(run.branches.at(-1)?.key).toBe('turn-2');
    const { calls } = branch(run, 'turn-1').output as { calls: { name: string }[] };
    const asked = calls.map(({ name }) => `${name}-1`);
    expect(run.branches.slice(1, -1).map(({ key }) => key)).toEqual(asked);
  });

  it('counts what every turn cost, and names the path that took longest', () => {
    const costs = run.branches.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0);
    expect(run.costUsd).toBeCloseTo(costs, 9);
    expect(run.costUsd).toBeGreaterThan(0);
    expect(run.criticalPath).toEqual(['turn-1', expect.stringMatching(/^get_/), 'turn-2']);
  });

  it('is free where it is asked again: nobody is paid twice for the same turn', async () => {
    const again = await desk.json(own(threeFigures));
    expect([again.costUsd, branch(again, 'turn-1').reused, branch(again, 'turn-2').reused]).toEqual([0, true, true]);
    expect(again.output).toBe(run.output);
  });
});

it('tells the model of a tool that fails, and goes on', async () => {
  const { code, stdout } = await desk.fanfold(
    own('Break things and get the cost figures', '--tool-attempts', '2', '--json'),
  );
  const run = JSON.parse(stdout) as Run;
  expect([code, run.status]).toEqual([3, 'partial']);
  expect(branch(run, 'break_things-1')).toMatchObject({
    status: 'failed',
    attempts: 2,
    error: { type: 'ToolFailed', message: 'the spring is loose' },
  });
  expect(branch(run, 'get_cost-1').status).toBe('ok');
  expect(run.output).toContain('The cost figures are fine.');
  expect((await agents.calls()).filter((line) => line === 'break')).toHaveLength(2);
});

it('cuts a tool that takes too long, down to its signal', async () => {
  const run = await desk.json(own('Hang about', '--tool-timeout', '1s', '--tool-attempts', '1'));
  expect(branch(run, 'hang_about-1').status).toBe('timed-out');
  expect(branch(run, 'turn-2').status).toBe('ok');
});

it('answers with what it has in its last turn', async () => {
  const run = await desk.json(own('Get the sales figures of all', '--max-turns', '1'));
  expect(run).toMatchObject({ status: 'complete', stoppedBy: 'turns', branches: [{ key: 'turn-1' }] });
  expect(typeof run.output).toBe('string');
});

it('does not begin a turn that the budget may not cover', async () => {
  const refused = await desk.fanfold(own('Get the essay', '--budget', '0.0001'));
  expect([refused.code, refused.stderr]).toEqual([
    5,
    expect.stringContaining('Expected `--budget` to cover the first turn'),
  ]);
  // The first turn may cost $0.0313; the essay makes the second dearer than what is left.
  const { code, stdout } = await desk.fanfold(own('Write an essay', '--budget', '0.035', '--json'));
  const run = JSON.parse(stdout) as Run;
  expect([code, run.status]).toEqual([4, 'failed']);
  expect(branch(run, 'turn-2').error?.type).toBe('OverBudget');
  expect(run.costUsd).toBeLessThan(0.035);
});

describe('tools that are built in', () => {
  let server: Server;
  let host: string;

  beforeAll(async () => {
    await mkdir(join(desk.directory, 'notes'), { recursive: true });
    await writeFile(join(desk.directory, 'notes', 'plan.md'), 'The plan is to leave on Monday.\n');
    await symlink('/etc/hostname', join(desk.directory, 'notes', 'outside.md')).catch(() => {});
    server = createServer((request, response) => {
      if (request.url === '/away') return void response.writeHead(302, { location: 'http://other.invalid/' }).end();
      if (request.url === '/fee')
        return void response.setHeader('content-type', 'application/octet-stream').end(docxOf(p('The fee is due.')));
      if (request.url === '/zip')
        return void response.setHeader('content-type', 'application/zip').end(zipOf({ a: 'x' }));
      return void response
        .setHeader('content-type', 'text/html')
        .end('<html><script>x()</script><p>The page says hello.</p></html>');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => server.close());

  it('work out sums and tell the time', async () => {
    const task = 'Use the calculator for "12 * 3.5", and tell the time at "Europe/Oslo"';
    const run = await desk.json(['agent', task]);
    // The offline model has one quoted text for each input, the first.
    expect(branch(run, 'calculator-1').output).toBe(42);
    expect(branch(run, 'time-1').key).toBe('time-1');
    const alone = await desk.json(['agent', 'Tell the time at "Europe/Oslo"', '--tools', 'time']);
    expect(branch(alone, 'time-1').output).toMatchObject({ timezone: 'Europe/Oslo' });
  });

  it('list, read and search the files of a folder, and none outside of it', async () => {
    const of = (task: string) => desk.json(['agent', task, '--tools', 'files:notes']);
    const [listed, read, searched, outside] = await Promise.all([
      of('List the files of the folder "."'),
      of('Read the file plan.md of the folder'),
      of('Search files for the best passages on the plan'),
      of('Read the file outside.md of the folder'),
    ]);
    expect(branch(listed, 'list_files-1').output).toMatchObject({ files: ['plan.md'] });
    expect(branch(read, 'read_file-1').output).toMatchObject({ text: 'The plan is to leave on Monday.\n' });
    expect(branch(searched, 'search_files-1').output).toMatchObject([{ title: 'plan.md' }]);
    expect(branch(outside, 'read_file-1').error?.message).toContain('Expected a path inside the folder');
  });

  it('fetches pages as text, from allowed hosts only', async () => {
    const ok = await desk.json(['agent', `Fetch the page http://${host}/`, '--tools', `fetch:${host}`]);
    expect(branch(ok, 'fetch-1').output).toMatchObject({ text: 'The page says hello.' });
    const fee = await desk.json(['agent', `Fetch the page http://${host}/fee`, '--tools', `fetch:${host}`]);
    expect(branch(fee, 'fetch-1').output).toMatchObject({ text: 'The fee is due.' });
    const zip = await desk.json(['agent', `Fetch the page http://${host}/zip`, '--tools', `fetch:${host}`]);
    expect(branch(zip, 'fetch-1').error?.message).toContain('got application/zip. It is a ZIP archive.');
    const away = await desk.json(['agent', `Fetch the page http://${host}/away`, '--tools', `fetch:${host}`]);
    expect(branch(away, 'fetch-1').error?.message).toContain('redirects to other.invalid');
    const other = await desk.json(['agent', `Fetch the page http://${host}/`, '--tools', 'fetch:example.org']);
    expect(branch(other, 'fetch-1').error?.message).toContain('Expected an address at example.org');
  });
});

it('calls tools of an MCP server, whose secrets stay out of history', async () => {
  const sdk = (path: string) => JSON.stringify(join(root, 'node_modules/@modelcontextprotocol/sdk/dist/esm', path));
  await writeFile(
    join(desk.directory, 'server.mjs'),
    `import { McpServer } from ${sdk('server/mcp.js')};
     import { StdioServerTransport } from ${sdk('server/stdio.js')};
     const server = new McpServer({ name: 'echo', version: '1' });
     server.registerTool('weather', { description: 'Tells the weather.', annotations: { readOnlyHint: true } }, async () => ({ content: [{ type: 'text', text: 'The weather is ' + process.env.WEATHER + '.' }] }));
     server.registerTool('reset', { description: 'Resets it.', annotations: { destructiveHint: true } }, async () => ({ content: [] }));
     server.registerTool('flatter', { description: 'Flatters.', annotations: { readOnlyHint: true } }, async () => ({ content: [] }));
     await server.connect(new StdioServerTransport());`,
  );
  const serve = (reads: string[]) =>
    writeFile(
      join(desk.directory, 'servers.json'),
      JSON.stringify({
        mcpServers: {
          sky: { command: process.execPath, args: ['server.mjs'], env: { WEATHER: 'sunny-s3cret' }, reads },
        },
      }),
    );
  await serve(['weather']);
  const words = ['agent', 'Tell the weather of the sky', '--mcp', 'servers.json'];
  expect(await desk.json([...words, '--dry-run'])).toMatchObject({
    tools: [
      { name: 'sky__weather', changes: false },
      { name: 'sky__reset', changes: true },
      // What the server says of itself is nothing to go by.
      { name: 'sky__flatter', changes: true },
    ],
  });
  const research = await desk.inProcess(['research', 'What is the weather?', '--mcp', 'servers.json', '--dry-run']);
  expect([research.code, research.stderr]).toEqual([2, expect.stringMatching(/got `sky__reset`.[^]*in its `reads`/)]);
  for (const [reads, message] of [
    ['wether', 'sky.reads: expected tools that the server offers (weather, reset, flatter), got `wether`.'],
    ['reset', 'got `reset`, of which the server says that it may destroy something.'],
  ] as const) {
    await serve([reads]);
    const refused = await desk.inProcess([...words, '--dry-run']);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(message)]);
  }
  await serve(['weather']);
  const run = await desk.json([...words, '--id', 'mcp']);
  expect(branch(run, 'sky__weather-1')).toMatchObject({ status: 'ok', output: 'The weather is sunny-s3cret.' });
  const handle = await desk.fanfold(['show', 'mcp', '--json']);
  expect(handle.stdout).not.toContain('WEATHER');
});

it('stops when it is cancelled, its tools with it', async () => {
  const running = desk.begin(own('Hang about for long', '--tool-timeout', '1m', '--id', 'cut', '--json'));
  await running.said(/turn-1/);
  await desk.fanfold(['cancel', 'cut']);
  const { code, stdout } = await running.ended;
  const run = JSON.parse(stdout) as Run;
  expect([code, run.status]).toEqual([4, 'cancelled']);
  expect(branch(run, 'turn-1').status).toBe('ok');
  while (!(await agents.calls()).includes('hang aborted')) await sleep(50);
});

describe('problems are told before anything is asked', () => {
  beforeAll(async () => {
    await writeFile(join(desk.directory, 'bad.mjs'), 'export default [{ name: "x", description: "y", run() {} }];');
    await writeFile(join(desk.directory, 'bad.json'), '{ "mcpServers": { "a": { "comand": "x" } } }');
  });

  it.each([
    [['--tools', 'telepathy'], 'Expected a tool to be one of calculator, time'],
    [['--tools', './missing.mjs'], 'which does not exist'],
    [['--tools', './bad.mjs'], 'tool 1: at input: expected a zod object.'],
    [['--tools', 'files:missing'], 'Expected a folder after `files:`'],
    [['--tools', 'fetch:http://x'], 'Expected a host after `fetch:`'],
    [['--mcp', 'bad.json'], 'bad.json: at mcpServers.a'],
    [['--allow', 'telepathy'], 'Expected `--allow` to name tools of the run'],
    [['--max-turns', '0'], 'Expected `--max-turns` to be a whole number'],
    [['--hedge'], 'Expected no `--join`'],
    [['--tools', 'time,time'], 'Expected every tool once, got `time` twice.'],
  ])('%j', async (flags, message) => {
    const before = desk.model.calls.length;
    const { code, stderr } = await desk.inProcess(['agent', 'Do it', ...flags]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(desk.model.calls.length).toBe(before);
  });
});

// The last, for commands after it would each start a worker.
it('goes on after a kill in the middle of its calls, and pays for no turn again', async () => {
  const task = `${threeFigures}, today`;
  const running = desk.start(own(task, '--id', 'killed'));
  await running.said(/turn-1/);
  const asked = desk.model.calls.length;
  for (const pid of await desk.present('worker')) process.kill(pid, 'SIGKILL');
  await running.kill();
  const run = await desk.json(['resume', 'killed']);
  expect(run).toMatchObject({ status: 'complete', coverage: { ok: 5, total: 5 } });
  // Only the second turn is asked.
  expect(desk.model.calls.length - asked).toBe(1);
});
