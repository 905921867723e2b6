import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { Desk, root } from '../support/fanfold.js';
import { docxOf, p } from '../support/office.js';
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
    const { code, stderr } = await desk.inProcess(['summarise', name]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('the reader of a document', () => {
  const page =
    '<html><head><title>T</title></head><body><script>evil()</script><p>Notice is given in writing.</p></body></html>';
  const contract = docxOf(p('The fee is due in thirty days.'));
  const asked = (before: number) =>
    desk.model.calls
      .slice(before - desk.model.total)
      .map(({ request }) => JSON.stringify(request))
      .join('\n');

  it.each([
    ['HTML', page, 'Notice is given in writing.'],
    ['PDF', pdfOf('The lease ends in May.'), 'The lease ends in May.'],
    ['DOCX', contract, 'The fee is due in thirty days.'],
    ['text in UTF-16', Buffer.from('\uFEFFDie Frist endet im Mai.', 'utf16le'), 'Die Frist endet im Mai.'],
    ['text', '\uFEFFMarked text.', '"Marked text.'],
  ])('is found by its content, on standard input too: %s', async (as, stdin, said) => {
    const before = desk.model.total;
    const { code, stderr } = await desk.fanfold(['summarise', '-'], { stdin });
    expect([code, stderr]).toEqual([0, expect.stringContaining(`Read standard input as ${as}.`)]);
    expect(asked(before)).toContain(said);
    expect(asked(before)).not.toMatch(/evil|<p>|%PDF|\uFEFF|word\/document/);
  });

  it('is named for every file of a run, whatever the files are called', async () => {
    const files: [string, string | Buffer][] = [
      ['contract', contract],
      ['letter.eml', 'From: a@example.org\nDate: x\n\nSigned yesterday.'],
      ['old.doc', contract],
      ['page.txt', page],
      ['rows.csv', 'a,b\n1,2\n'],
      ['broken.docx', contract.subarray(0, 300)],
      [
        'locked.xls',
        Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.from('EncryptedPackage\0', 'utf16le')]),
      ],
    ];
    await mkdir(join(desk.directory, 'office'), { recursive: true });
    for (const [name, content] of files) await writeFile(join(desk.directory, 'office', name), content);
    const words = ['summarise', 'office', '--dry-run'];
    const dry = await desk.inProcess([...words, '--json']);
    const read = [
      { key: 'office/contract', as: 'DOCX' },
      { key: 'office/letter.eml', as: 'EML' },
      { key: 'office/old.doc', as: 'DOCX' },
      { key: 'office/page.txt', as: 'HTML' },
      { key: 'office/rows.csv', as: 'CSV' },
    ];
    expect(JSON.parse(dry.stdout)).toMatchObject({
      read,
      branches: [
        { key: 'office/broken.docx', unreadable: expect.stringContaining('a damaged ZIP archive') },
        {},
        {},
        {},
        {},
        {},
      ],
      skipped: [
        { path: 'office/locked.xls', reason: 'no reader for an Office document that is locked with a password' },
      ],
    });
    expect(dry.stderr).toContain(`Read ${read.map(({ key, as }) => `${key} as ${as}`).join(', ')}.`);
    const { stdout } = await desk.inProcess(words);
    expect(stdout).toContain('read office/old.doc as DOCX\n');
    const named = await desk.inProcess(['summarise', 'office/locked.xls']);
    expect([named.code, named.stderr]).toEqual([2, expect.stringContaining('Save it without the password.')]);
  });

  it('is that of references and of inputs of a graph as well', async () => {
    await writeFile(join(desk.directory, 'fee.docx'), contract);
    await writeFile(join(desk.directory, 'said.md'), 'The fee is due in sixty days.');
    const facts = ['validate', 'said.md', '--checks', 'facts', '--reference', 'fee.docx', '--dry-run', '--json'];
    const { stdout } = await desk.inProcess(facts);
    expect(JSON.parse(stdout)).toMatchObject({
      read: [
        { key: 'said.md', as: 'text' },
        { key: 'fee.docx', as: 'DOCX' },
      ],
    });
    const review = join(root, 'examples', 'contract-review.yaml');
    const graph = await desk.inProcess(['graph', review, '--input', 'document=@fee.docx', '--dry-run', '--json']);
    expect(JSON.parse(graph.stdout)).toMatchObject({ read: [{ key: 'fee.docx', as: 'DOCX' }] });
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

describe('a document that is too long to be read at once', () => {
  const words = ['summarise', 'long.md', '--split-tokens', '600', '--max-tokens', '100'];

  beforeAll(async () => {
    const clauses = Array.from(
      { length: 60 },
      (_, at) => `Clause ${at} says that the customer pays ${at} euros on time.`,
    );
    await writeFile(join(desk.directory, 'long.md'), clauses.join('\n\n'));
  });

  it('is read in parts, each asked about once, and what was said of them is folded', async () => {
    const before = desk.model.total;
    const run = await desk.json(words);
    expect(run).toMatchObject({ status: 'complete', coverage: { ok: 1, total: 1 } });
    const calls = desk.model.calls.slice(before - desk.model.total);
    const parts = calls.slice(0, -1).map(({ prompt }) => /part (\d+) of (\d+)/.exec(prompt)?.slice(1).map(Number));
    expect(parts.length).toBeGreaterThan(1);
    expect(parts).toEqual(parts.map((_, at) => [at + 1, parts.length]));
    expect(JSON.stringify(calls.at(-1)?.request)).toContain(`Part ${parts.length} of ${parts.length}:`);
    const used = calls.reduce((sum, { usage }) => sum + (usage?.output_tokens ?? 0), 0);
    expect(run.usage.outputTokens).toBe(used);
    const again = await desk.json(words);
    expect([again.costUsd, again.branches[0]?.reused]).toEqual([0, true]);
  });

  it('is bounded by what all of its parts may cost', async () => {
    const dry = await desk.json<{ branches: { upperBoundUsd: number }[] }>([...words, '--dry-run']);
    const run = await desk.json([...words, '--fresh', '--budget', '0.2']);
    expect(run.costUsd!).toBeLessThan(dry.branches[0]!.upperBoundUsd);
    const refused = await desk.fanfold([...words, '--fresh', '--budget', String(dry.branches[0]!.upperBoundUsd / 2)]);
    expect(refused.code).toBe(5);
  });

  it('has parts with room for answers about them', async () => {
    const { code, stderr } = await desk.inProcess([...words, '--max-tokens', '200']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('Expected `--split-tokens` to be a whole number, 800')]);
  });

  // The last, for commands after it would each start a worker.
  it('is not asked about again where its worker is killed between two parts', async () => {
    const gate = desk.model.hold(/part 2 of/);
    const fresh = [...words, '--sentences', '3', '--id', 'killed', '--json'];
    const before = desk.model.total;
    const running = desk.start(fresh);
    await desk.model.until(() => gate.waiting.length === 1);
    for (const pid of await desk.present('worker')) process.kill(pid, 'SIGKILL');
    gate.release();
    const run = JSON.parse((await running.ended).stdout) as Run;
    expect(run.status).toBe('complete');
    const asked = desk.model.calls.slice(before - desk.model.total).map(({ prompt }) => /part \d+/.exec(prompt)?.[0]);
    expect(asked.filter((part) => part === 'part 1')).toHaveLength(1);
    expect(asked.filter((part) => part === 'part 2')).toHaveLength(2);
    expect(run.usage.outputTokens).toBeGreaterThan(0);
  });
});
