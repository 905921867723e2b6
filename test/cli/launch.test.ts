import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { ReadyTexts } from '../../src/cli/ready-texts.js';
import { Desk, root } from '../support/fanfold.js';

// The installed command prints help and completions from a file that was written when it was built.

let desk: Desk;
let ready: ReadyTexts;

beforeAll(async () => {
  desk = await Desk.open();
  ready = JSON.parse(await readFile(join(root, 'dist/cli/ready.json'), 'utf8')) as ReadyTexts;
});

afterAll(() => desk.close());

async function launched(...words: readonly string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [join(root, 'dist/cli/fanfold.js'), ...words])).stdout;
}

it('prints for every command what the command itself would print', async () => {
  const lines = Object.keys(ready.texts);
  expect(lines).toEqual(
    expect.arrayContaining(['--help', 'summarize --help', 'journal prune --help', 'completion fish']),
  );
  for (const asked of lines) {
    const { stdout } = await desk.inProcess(asked.split(' '));
    expect(ready.texts[asked], asked).toBe(stdout);
  }
  expect(await launched('list', '-h')).toBe(ready.texts['list --help']);
});

it('keeps help within 80 columns', () => {
  const wide = Object.entries(ready.texts)
    .filter(([asked]) => asked.endsWith('--help'))
    .flatMap(([asked, text]) =>
      text
        .split('\n')
        .filter((row) => row.length > 80)
        .map((row) => `${asked}: ${row}`),
    );
  expect(wide).toEqual([]);
});

it('loads a few files for help and completions, and only its bundle for a command', async () => {
  for (const words of [['--help'], ['complete', '--', 'per'], ['completion', 'zsh']]) {
    expect((await loadedBy(words)).length, words.join(' ')).toBeLessThanOrEqual(6);
  }
  const files = await loadedBy(['list', '--limit', 'none']);
  expect(files.length).toBeLessThanOrEqual(40);
  expect(files.filter((path) => !path.startsWith(join(root, 'dist/cli/')))).toEqual([]);
});

it('loads only its bundle for a worker', async () => {
  const words = ['worker', '--policy', join(desk.directory, 'no-such-policy.yaml')];
  const files = await loadedBy(words);
  expect(files.filter((path) => !path.startsWith(join(root, 'dist/cli/')))).toEqual([]);
});

it('has nothing of Temporal in the gateway of a home, which is there before the worker is', async () => {
  const text = await readFile(join(root, 'dist/cli/gateway.cjs'), 'utf8');
  expect(text).not.toContain('temporal.api.');
  expect(text.length).toBeLessThan(3_000_000);
});

/** Files whose code ran for a command line, without Node's own. */
async function loadedBy(words: readonly string[]): Promise<string[]> {
  const folder = await mkdtemp(join(desk.directory, 'coverage-'));
  const command = [join(root, 'dist/cli/fanfold.js'), ...words];
  const env = { ...desk.env, NODE_V8_COVERAGE: folder };
  await promisify(execFile)(process.execPath, command, { env }).catch(() => {});
  const [name = ''] = await readdir(folder);
  const { result } = JSON.parse(await readFile(join(folder, name), 'utf8')) as { result: { url: string }[] };
  return result.flatMap(({ url }) => (url.startsWith('file:') ? [fileURLToPath(url)] : []));
}
