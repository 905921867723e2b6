import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { Desk } from '../support/fanfold.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open();
  const write = (name: string, bytes: string | Uint8Array) => writeFile(join(desk.directory, name), bytes);
  await Promise.all([
    write('text.md', 'A document.'),
    write('empty.md', ''),
    write('blank.md', ' \n\t\n'),
    write(
      'binary.bin',
      Uint8Array.from({ length: 256 }, (_, byte) => byte),
    ),
    write('latin1.txt', Buffer.from('Das Grundst\u00fcck geh\u00f6rt niemandem.', 'latin1')),
    write('cut.txt', Buffer.from('euro: \u20ac').subarray(0, -1)),
    mkdir(join(desk.directory, 'folder')),
  ]);
});

afterAll(() => desk.close());

it.each([
  [['empty.md'], 'Expected `empty.md` to hold text, got nothing.'],
  [['blank.md'], 'Expected `blank.md` to hold text, got only white space.'],
  [['missing.md'], 'Expected a file, got `missing.md`, which does not exist.'],
  [['text.md/inside.md'], 'Expected a file, got `text.md/inside.md`, which does not exist.'],
  [['folder'], 'Expected text files in `folder`, got a folder without any.'],
  [['binary.bin'], 'Expected a document, got `binary.bin`, which is a binary file (.bin).'],
  [['latin1.txt'], 'Expected `latin1.txt` to be UTF-8 text, got an invalid byte at offset 11, on line 1.'],
  [['cut.txt'], 'Expected `cut.txt` to be UTF-8 text, got an invalid byte at offset 6, on line 1.'],
  [['-'], 'Expected standard input to hold text, got nothing.'],
  [['text.md', '--perspectives', ''], 'Expected at least one perspective, got none.'],
  [
    ['text.md', '--perspectives', 'legal,,security'],
    'Expected a perspective to be a name of 1 to 64 letters, digits, spaces, "-" or "_", got "".',
  ],
  [['text.md', '--perspectives', 'legal,legal'], 'Expected every perspective once, got `legal` twice.'],
  [['text.md', '--perspectives', '__proto__'], 'got "__proto__".'],
  [
    ['text.md', '--timeout', 'soon'],
    'Expected `--timeout` to be a duration such as 500ms, 30s or 2m, longer than 0 and at most 24 days, got `soon`.',
  ],
  [['text.md', '--timeout', '0s'], 'Expected `--timeout` to be a duration'],
  [['text.md', '--timeout', '-5s'], 'Expected `--timeout` to be a duration'],
  [['text.md', '--concurrency', '0'], 'Expected `--concurrency` to be a whole number from 1 to 1000000, got `0`.'],
  [['text.md', '--concurrency', '2.5'], 'Expected `--concurrency` to be a whole number from 1 to 1000000, got `2.5`.'],
  [['text.md', '--attempts', 'many'], 'Expected `--attempts` to be a whole number from 1 to 1000, got `many`.'],
  [['text.md', '--max-tokens', '0'], 'Expected `--max-tokens` to be a whole number'],
  [['text.md', '--join', 'most'], 'Expected `--join` to be one of all, settled, quorum, first, got `most`.'],
  [['text.md', '--model', 'no such model'], 'Expected `--model` to be a model id'],
  [['text.md', '--model', 'openai-compatible:'], 'Expected `--model` to be a model id'],
  [['text.md', '--json', '--ndjson'], 'Expected `--json` or `--ndjson`, got both.'],
  [['text.md', '--id', ' '], 'Expected `--id` to be 1 to 255 bytes without control characters, got " ".'],
  [['text.md', '--budget-of-dreams'], "unknown option '--budget-of-dreams'"],
  [['text.md', '--budget-of-dreams'], '(see `fanfold perspectives --help`)'],
  [['text.md', '--timeout', 'soon'], 'See `fanfold perspectives --help`.'],
  [['text.md', '--join', 'quorum', '--quorum', '9'], 'Expected `--quorum` to be'],
  [['text.md', 'second.md'], 'Expected a file, got `second.md`, which does not exist.'],
  [[], 'Expected files or `--from`, got neither.'],
])('refuses `perspectives %j` before anything is started', async (words, message) => {
  const { code, stdout, stderr } = await desk.inProcess(['perspectives', ...words]);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  await expect(access(desk.home)).rejects.toThrow('ENOENT');
  expect(desk.model.total).toBe(0);
});

it.each([
  [['nonsense'], "unknown command 'nonsense'"],
  [['worker', '--concurrency', '0'], 'Expected `--concurrency` to be a whole number from 1 to 1000000, got `0`.'],
  [
    ['list', '--status', 'odd'],
    'Expected `--status` to be one of running, waiting, paused, complete, partial, failed, cancelled, got `odd`.',
  ],
  [['map', 'gone.csv', '--prompt', 'x'], 'Expected a file, got `gone.csv`, which does not exist.'],
  [['list', '--limit', '-1'], 'Expected `--limit` to be a whole number from 1 to 1000000, got `-1`.'],
  [['offline-model', '--port', '70000'], 'Expected `--port` to be a number from 0 to 65535, got `70000`.'],
])('refuses %j', async (words, message) => {
  const { code, stderr } = await desk.inProcess(words);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
  await expect(access(desk.home)).rejects.toThrow('ENOENT');
});

it('says that the port of an offline model is taken; exit 6', async () => {
  const { port } = new URL(desk.model.url);
  const { code, stderr } = await desk.inProcess(['offline-model', '--port', port]);
  expect(stderr).toContain(`The offline model cannot listen on port ${port}: listen EADDRINUSE`);
  expect(stderr).toContain('Choose another port, or 0 for a free one.');
  expect(code).toBe(6);
});

it('refuses to start without a key and names --offline; exit 6', async () => {
  const { code, stderr } = await desk.fanfold(['perspectives', 'text.md'], { env: { ANTHROPIC_API_KEY: '' } });
  expect(code).toBe(6);
  expect(stderr).toContain('ANTHROPIC_API_KEY is not set');
  expect(stderr).toContain('--offline');
  await expect(access(desk.home)).rejects.toThrow('ENOENT');
});

it('says within seconds that a configured server does not answer, and starts none of its own; exit 6', async () => {
  const { code, stderr } = await desk.fanfold(['perspectives', 'text.md'], {
    env: { TEMPORAL_ADDRESS: '127.0.0.1:9' },
  });
  expect(code).toBe(6);
  expect(stderr).toContain('127.0.0.1:9');
  await expect(desk.serverRecord()).rejects.toThrow('No server was started');
});

it.each([
  [
    'unix:',
    'Expected the socket of `FANFOLD_GATEWAY` to be an absolute path of at most 103 bytes, got nothing behind `unix:`.',
  ],
  ['unix:run/gateway.sock', 'got "run/gateway.sock", 16 bytes long.'],
  ['http://127.0.0.1:8235/v1', 'Expected FANFOLD_GATEWAY without `/v1`'],
])('refuses the gateway %j wherever it is read; exit 2', async (FANFOLD_GATEWAY, message) => {
  for (const words of [['limits'], ['spend'], ['perspectives', 'text.md', '--dry-run'], ['perspectives', 'text.md']]) {
    const { code, stderr } = await desk.inProcess(words, { env: { FANFOLD_GATEWAY } });
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  }
});

it('says that an export which breaks off is not whole, by its name; exit 2', async () => {
  await writeFile(join(desk.directory, 'answers.jsonl.gz'), gzipSync('\n'.repeat(100_000)).subarray(0, -9));
  const { code, stderr } = await desk.inProcess(['journal', 'import', 'answers.jsonl.gz']);
  expect(stderr).toContain('Expected `answers.jsonl.gz` to be whole gzip, got one that breaks off.');
  expect(code).toBe(2);
});
