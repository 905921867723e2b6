import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';

import { Desk } from '../support/fanfold.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open();
  await writeFile(join(desk.directory, 'text.md'), 'A document. It has two sentences.');
  await desk.serve();
});

afterAll(() => desk.close());

const words = ['perspectives', 'text.md', '--perspectives', 'legal,technical,financial,security'];

/** An API that refuses every key, and counts what it is asked. */
async function refusing(): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(401, { 'content-type': 'application/json' });
    response.end('{"type":"error","error":{"type":"authentication_error","message":"no"}}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

it('finds a refused key out before a call is made; exit 6, as doctor says it', async () => {
  const { url, asked } = await refusing();
  const { code, stdout, stderr } = await desk.fanfold(words, { env: { ANTHROPIC_BASE_URL: url } });
  expect([code, stdout]).toEqual([6, '']);
  expect(stderr).toContain('refuses the key (401).\nCheck ANTHROPIC_API_KEY.');
  expect(asked.filter((each) => each.startsWith('POST'))).toEqual([]);
});

it('finds an API out that does not answer; exit 6', async () => {
  const { code, stderr } = await desk.fanfold(words, { env: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' } });
  expect(code).toBe(6);
  expect(stderr).toContain('http://127.0.0.1:9 does not answer');
});

it('names a model that the API does not know, and those that it has, before the run starts; exit 6', async () => {
  const before = desk.model.total;
  const { code, stderr } = await desk.fanfold([...words, '--model', 'cloude-sonnet-5-5']);
  expect(code).toBe(6);
  expect(stderr).toContain('Expected `--model` to be one that the model API knows, got `cloude-sonnet-5-5`.');
  expect(stderr).toContain('claude-sonnet-5-5');
  expect(desk.model.total).toBe(before);
});

it('starts where the model is known, tells each branch once, and counts no call for the question', async () => {
  const { code, stderr } = await desk.fanfold([...words, '--id', 'known']);
  expect(code).toBe(0);
  expect(stderr.split('✓ legal')).toHaveLength(2);
  expect(stderr).toContain('[4/4]');
  expect(desk.model.total).toBe(4);
});

it('attaches to a run that is there, although the API is gone', async () => {
  const env = { ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' };
  const { stderr } = await desk.fanfold([...words, '--id', 'known'], { env });
  expect(stderr).not.toContain('does not answer');
});

it('finds a key out that is refused under way by the calls that are out, not by all; exit 6, as doctor says it', async () => {
  const rows = Array.from({ length: 60 }, (_, at) => JSON.stringify({ id: `row-${at}`, text: `Row ${at} is long.` }));
  await writeFile(join(desk.directory, 'rows.jsonl'), rows.join('\n'));
  const before = desk.model.total;
  desk.model.script({ match: { model: 'claude-opus-5-5' }, skip: 3, fault: { kind: 'status', status: 401 } });
  const flags = ['--model', 'claude-opus-5-5', '--concurrency', '2', '--attempts', '1', '--quiet'];
  const { code, stderr } = await desk.fanfold(['summarise', '--from', 'rows.jsonl', ...flags]);
  expect(code).toBe(6);
  expect(desk.model.total - before).toBeLessThan(20);
  const { stderr: shown } = await desk.fanfold(['report', '--format', 'md']);
  expect(`${stderr}${shown}`).not.toContain('canary');
});

it('answers a run from the journal although the API is gone, where the journal has every answer', async () => {
  await writeFile(join(desk.directory, 'rows.csv'), 'text\nOne.\nTwo.\n');
  const kinds = [
    words,
    ['perspectives', 'text.md', 'rows.csv', '--perspectives', 'legal'],
    ['map', 'rows.csv', '--prompt', 'Is this spam? {{ text }}', '--samples', '2'],
    ['summarise', 'text.md'],
    ['validate', 'text.md', '--checks', 'tone,facts', '--reference', 'text.md'],
    ['validate', 'text.md', 'rows.csv', '--checks', 'tone'],
    ['compare', 'How long is it?', '--document', 'text.md', '--models', 'claude-sonnet-5,claude-haiku-4-5'],
  ];
  for (const each of kinds) {
    const { code, stderr } = await desk.fanfold(each);
    expect([each[0], code], stderr).toEqual([each[0], 0]);
  }
  await desk.model.stop();
  for (const each of kinds) {
    const { code, stderr } = await desk.fanfold(each);
    expect([each[0], code, stderr]).toEqual([
      each[0],
      0,
      expect.stringMatching(/ All \d answers are in the journal\./),
    ]);
  }
  const fresh = await desk.fanfold([...words, '--fresh']);
  expect([fresh.code, fresh.stderr]).toEqual([6, expect.stringContaining('does not answer')]);
  await writeFile(join(desk.directory, 'rows.csv'), 'text\nOne.\nThree.\n');
  const changed = await desk.fanfold(kinds[2] ?? []);
  expect([changed.code, changed.stderr]).toEqual([6, expect.stringContaining('does not answer')]);
});
