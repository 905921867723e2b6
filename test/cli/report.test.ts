import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { Desk } from '../support/fanfold.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open();
  await desk.serve();
  for (const id of ['first', 'second']) {
    await desk.json(['perspectives', '-', '--perspectives', 'legal,technical', '--id', id], { stdin: 'The fee is 5.' });
  }
});

afterAll(() => desk.close());

it('takes the last run where none is named, and begins with its answer and who asked', async () => {
  const { code, stdout } = await desk.fanfold(['report']);
  expect([code, stdout]).toEqual([0, `${join(desk.home, 'reports', 'second.html')}\n`]);
  const page = await readFile(stdout.trim(), 'utf8');
  const [, content = ''] = /<script id="run" type="application\/json">(.*?)<\/script>/s.exec(page) ?? [];
  const { asked } = JSON.parse(content);
  expect(asked.by).toMatch(/^\d+@./);
  expect(asked.prompts.map(({ key }: { key: string }) => key)).toEqual(['legal', 'technical']);
  expect(asked.document).toMatchObject({ text: 'The fee is 5.', left: 0 });
  expect(asked.facts).toContainEqual({ name: 'policy', value: 'every branch ends in its own way' });
});

it('prints Markdown and CSV, or writes them to a file', async () => {
  const markdown = await desk.fanfold(['report', 'first', '--format', 'md']);
  expect(markdown.stdout).toMatch(/^## [^]*\*\*complete\*\*[^]*### legal[^]*### technical[^]*<details>/);
  const csv = await desk.fanfold(['report', 'first', '--format', 'csv']);
  expect(csv.stdout.split('\n').map((row) => row.split(',')[1])).toEqual(
    expect.arrayContaining(['key', 'legal', 'technical']),
  );
  const { stdout } = await desk.fanfold(['report', 'first', '--format', 'csv', '--out', 'first.csv']);
  expect(stdout).toBe(`${join(desk.directory, 'first.csv')}\n`);
  expect(await readFile(stdout.trim(), 'utf8')).toBe(csv.stdout);
  await symlink(join(desk.directory, 'nowhere', 'x.csv'), join(desk.directory, 'dangling.csv'));
  for (const [out, why] of [
    ['.', 'a folder'],
    ['first.csv/below', 'below a file'],
    ['dangling.csv', 'a link into a folder that is not there'],
  ] as const) {
    expect(await desk.fanfold(['report', 'first', '--format', 'csv', '--out', out])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`to name a file that can be written, got \`${out}\` (${why}).`),
    });
  }
});

it('puts two runs beside each other', async () => {
  const { stdout } = await desk.fanfold(['report', '--compare', 'first', 'second']);
  expect(stdout).toBe(`${join(desk.home, 'reports', 'first-and-second.html')}\n`);
  const text = await desk.fanfold(['report', 'first', '--compare', 'second', '--format', 'md']);
  expect(text.stdout).toContain('| cost |');
  expect(text.stdout).toContain('2 of 2 branches have the same answer in both.');
});

it.each([
  [['--format', 'pdf'], 'Expected `--format` to be one of html, md, csv, got `pdf`.'],
  [
    ['first', '--compare', 'second', 'third'],
    'Expected two workflow ids with `--compare`, got 3: first, second, third.',
  ],
  [['--compare', 'first', 'second', '--format', 'csv'], 'Expected `--format` html or md with `--compare`, got `csv`.'],
  [['first', '--format', 'md', '--open'], 'Expected no `--open` with `--format md`'],
])('refuses %j before it looks anything up', async (words, message) => {
  const { code, stderr } = await desk.inProcess(['report', ...words]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
