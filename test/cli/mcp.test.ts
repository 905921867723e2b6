import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Progress } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { ShownRun } from '../../src/cli/mcp/shown-run.js';
import { Desk, root } from '../support/fanfold.js';

let desk: Desk;
let client: Client;
const noise: string[] = [];

beforeAll(async () => {
  desk = await Desk.open({
    latencyMs: 10,
    script: [{ match: /perspective: slow/, fault: { kind: 'slow', ms: 60_000 } }],
  });
  await desk.serve();
  await mkdir(join(desk.directory, 'papers'));
  await writeFile(join(desk.directory, 'papers', 'fee.md'), 'The fee is due in May. It is 40 EUR.\n');
  await writeFile(join(desk.directory, 'outside.md'), 'Nobody asked for this.\n');
  client = await connected();
});

afterAll(async () => {
  await client.close();
  await desk.close();
});

async function connected(): Promise<Client> {
  const entry = join(root, 'dist/cli/fanfold.js');
  const env = Object.fromEntries(
    Object.entries(desk.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [entry, 'mcp', '--files', 'papers', '--budget', '1'],
    cwd: desk.directory,
    env,
    stderr: 'ignore',
  });
  const made = new Client({ name: 'test', version: '1' });
  // Whatever is on standard output and is no message comes here.
  made.onerror = ({ message }) => noise.push(message);
  await made.connect(transport);
  return made;
}

const runOf = (result: unknown) => (result as { structuredContent: ShownRun }).structuredContent;
const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text ?? '';

it('offers its tools, each with a schema', async () => {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual([
    'perspectives',
    'summarise',
    'gather',
    'validate',
    'research',
    'compare',
    'map',
    'show',
  ]);
  for (const { inputSchema, outputSchema } of tools)
    expect([inputSchema.type, outputSchema?.type]).toEqual(['object', 'object']);
});

it('makes a run of a call, tells of each branch, and gives its result with the way to it', async () => {
  const told: Progress[] = [];
  const input = { text: 'The fee is due in May.', perspectives: ['legal', 'security'], own: { tax: 'What is taxed?' } };
  const result = await client.callTool({ name: 'perspectives', arguments: { ...input, id: 'read-1' } }, undefined, {
    onprogress: (progress) => told.push(progress),
  });
  const run = runOf(result);
  expect(run).toMatchObject({ workflowId: 'read-1', status: 'complete', coverage: { ok: 3, total: 3 }, notOk: [] });
  expect(Object.keys(run.output as object)).toEqual(['legal', 'security', 'tax']);
  expect(run.webUi === null || run.webUi.includes('read-1')).toBe(true);
  expect(JSON.parse(textOf(result))).toEqual(run);
  const ends = told.filter(({ message }) => message?.endsWith(' is ok'));
  expect(ends.map(({ progress }) => progress)).toEqual([1, 2, 3]);
  expect(told.map(({ progress }) => progress)).toEqual(told.map(({ progress }) => progress).toSorted((a, b) => a - b));
  // The same id follows the run that is there; nothing is asked again.
  const asked = desk.model.calls.length;
  const again = await client.callTool({ name: 'perspectives', arguments: { ...input, id: 'read-1' } });
  expect([runOf(again).runId, desk.model.calls.length]).toEqual([run.runId, asked]);
  expect(runOf(await client.callTool({ name: 'show', arguments: { id: 'read-1' } })).output).toEqual(run.output);
});

it('takes documents, rows, prompts and files', async () => {
  const call = async (name: string, input: object) => runOf(await client.callTool({ name, arguments: { ...input } }));
  const documents = [
    { id: 'a', text: 'One.' },
    { id: 'b', text: 'Two.' },
  ];
  expect((await call('summarise', { documents })).output).toMatchObject([{ key: 'a' }, { key: 'b' }]);
  expect((await call('summarise', { files: ['fee.md'] })).output).toMatchObject([{ key: 'fee.md' }]);
  expect((await call('map', { rows: [{ x: 1 }, { x: 2 }], prompt: 'Say {{ x }}.' })).coverage).toEqual({
    ok: 2,
    total: 2,
  });
  expect((await call('validate', { file: 'fee.md', checks: ['tone'] })).status).toBe('complete');
  expect((await call('gather', { question: 'fee', sources: ['files'] })).coverage).toEqual({ ok: 1, total: 1 });
  expect(await call('gather', { question: 'fee', sources: ['files'], answer: true })).toMatchObject({
    status: 'complete',
  });
  // A prompt names no file, whatever it begins with.
  await call('compare', { prompt: '@outside.md' });
  await call('map', { rows: [{ x: 1 }], prompt: '@outside.md', system: '@outside.md' });
  expect(desk.model.calls.some(({ prompt }) => prompt.includes('Nobody asked'))).toBe(false);
});

it.each([
  ['perspectives', {}, 'Expected `text` or `file`, got neither.'],
  ['perspectives', { file: '../outside.md' }, 'Expected a path inside the folder'],
  ['perspectives', { text: 'x', budgetUsd: 0.000_001 }, 'budget'],
  ['perspectives', { text: 'x', perpectives: ['legal'] }, 'Expected fields of the names text, file, perspectives,'],
  ['perspectives', { text: 'x', perpectives: ['legal'] }, 'got `perpectives`.'],
  ['show', { id: 'nobody', run: 'x' }, 'Expected fields of the names id, got `run`.'],
  ['show', { id: 'nobody' }, 'There is no run with the id `nobody`.'],
])('says what is wrong with a call, before anything is asked: %s %j', async (name, input, message) => {
  const before = desk.model.total;
  const result = await client.callTool({ name, arguments: { ...input } });
  expect(desk.model.total).toBe(before);
  expect([result.isError, textOf(result)]).toEqual([true, expect.stringContaining(message)]);
});

it('cancels the run of a call that is cancelled, and leaves that of a client that is gone', async () => {
  const status = async (id: string) => runOf(await client.callTool({ name: 'show', arguments: { id } })).status;
  const slow = (id: string) => ({
    name: 'perspectives',
    arguments: { id, text: id, perspectives: ['slow'] },
  });
  const cancel = new AbortController();
  const begun = (stop: () => void) => (progress: Progress) => void (progress.message?.startsWith('started') && stop());
  await expect(
    client.callTool(slow('cut-1'), undefined, { signal: cancel.signal, onprogress: begun(() => cancel.abort()) }),
  ).rejects.toThrow('abort');
  while ((await status('cut-1')) === 'running') await sleep(100);
  expect(await status('cut-1')).toBe('cancelled');
  const other = await connected();
  const gone = other.callTool(slow('left-1'), undefined, { onprogress: begun(() => void other.close()) });
  await expect(gone).rejects.toThrow('closed');
  await sleep(1_000);
  expect(await status('left-1')).toBe('running');
  await desk.fanfold(['cancel', 'left-1']);
});

it('has nothing on standard output but the protocol', () => expect(noise).toEqual([]));
