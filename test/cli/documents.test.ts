import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Desk, root } from '../support/fanfold.js';
import { pdfOf } from '../support/pdf.js';

let desk: Desk;
let agreement: string;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 20, batchMs: 500, retain: { calls: 1_000, requests: 1_000 } });
  await mkdir(join(desk.directory, 'pile', 'deep'), { recursive: true });
  agreement = await readFile(join(root, 'examples', 'service-agreement.md'), 'utf8');
  const files: [string, string | Buffer][] = [
    ['a.pdf', pdfOf('Payment is due in thirty days.')],
    ['b.html', '<script>evil()</script><h1>Liability</h1><p>The supplier is liable for intent only.</p>'],
    ['deep/c.md', 'Notice is given in writing.'],
    ['deep/image.png', 'no text'],
  ];
  for (const [name, content] of files) await writeFile(join(desk.directory, 'pile', name), content);
  await desk.serve();
});

afterAll(() => desk.close());

const keysOf = (output: unknown) => (output as { key: string }[]).map(({ key }) => key);

describe('documents', () => {
  it('of a folder are taken from text, Markdown, HTML and PDF, as the text that is in them', async () => {
    const run = await desk.json(['summarise', 'pile']);
    expect(keysOf(run.output)).toEqual(['pile/a.pdf', 'pile/b.html', 'pile/deep/c.md']);
    const asked = desk.model.calls.map(({ request }) => JSON.stringify(request)).join('\n');
    expect(asked).toContain('Payment is due in thirty days.');
    expect(asked).toContain('The supplier is liable for intent only.');
    expect(asked).not.toMatch(/evil|<p>|%PDF/);
  });

  it('of a pattern are taken by name', async () => {
    const run = await desk.json(['summarise', 'pile/**/*.{md,html}']);
    expect(keysOf(run.output)).toEqual(['pile/b.html', 'pile/deep/c.md']);
  });

  it('are read by every command that takes one', async () => {
    const run = await desk.json(['perspectives', 'pile/a.pdf', '--perspectives', 'legal']);
    expect(JSON.stringify(run.output)).toContain('Payment is due in thirty days.');
  });

  it.each([
    ['pile/*.docx', 'Expected files that match `pile/*.docx`, got none.'],
    ['broken.pdf', 'Expected a PDF document, got `broken.pdf`'],
    ['empty.html', 'Expected a document with text, got `empty.html`, which has none.'],
  ])('that cannot be read are refused: %s', async (name, message) => {
    await writeFile(join(desk.directory, 'broken.pdf'), '%PDF-1.7 broken');
    await writeFile(join(desk.directory, 'empty.html'), '<p> </p>');
    const { code, stderr } = await desk.fanfold(['summarise', name]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('documents that are nearly the same', () => {
  async function lines(name: string, texts: string[]): Promise<string> {
    const rows = texts.map((text, at) => JSON.stringify({ id: `d${at}`, text }));
    await writeFile(join(desk.directory, name), rows.join('\n'));
    return name;
  }

  const edited = (mark: string) => agreement.replace('the', mark);

  it('are asked about once, and each keeps its row', async () => {
    const before = desk.model.total;
    const from = await lines('same.jsonl', [agreement, 'Something else.', edited('one'), edited('two')]);
    const words = ['summarise', '--from', from, '--dedupe', '--out', 'rows.jsonl', '--json'];
    const { stdout, stderr } = await desk.fanfold(words);
    expect(stderr).toContain('2 of 4 documents are nearly the same as an earlier one.');
    expect(desk.model.total - before).toBe(2);
    const rows = (await readFile(join(desk.directory, 'rows.jsonl'), 'utf8')).trim().split('\n');
    const [first, other, third, fourth] = rows.map((row) => JSON.parse(row) as { id: string; summary: string });
    expect([first, other, third, fourth].map((row) => row?.id)).toEqual(['d0', 'd1', 'd2', 'd3']);
    expect([third?.summary, fourth?.summary]).toEqual([first?.summary, first?.summary]);
    expect(other?.summary).not.toBe(first?.summary);
    expect(JSON.parse(stdout).coverage).toEqual({ ok: 4, total: 4 });
  });

  it('stand in a batch once', async () => {
    const from = await lines('batch.jsonl', ['A text of its own.', edited('three'), edited('four')]);
    const run = await desk.json(['summarise', '--from', from, '--dedupe', '--economy']);
    expect(run.coverage).toEqual({ ok: 3, total: 3 });
    expect(desk.model.batches.at(-1)?.requests).toHaveLength(2);
    expect(run.branches.map(({ reused }) => reused)).toEqual([false, false, true]);
  });
});
