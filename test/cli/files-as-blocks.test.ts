import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { ContentBlockParam } from '@anthropic-ai/sdk/resources/messages';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { Desk } from '../support/fanfold.js';
import { gifOf, jpegOf, pngOf, webpOf } from '../support/images.js';
import { pdfOfPages } from '../support/pdf.js';

let desk: Desk;

const mixed = pdfOfPages(['Payment is due in thirty days.', undefined, undefined]);
const scanned = pdfOfPages([undefined, undefined]);
const whole = pdfOfPages(['Notice is given in writing.', 'The price is low.']);
const photo = pngOf(640, 480);

beforeAll(async () => {
  desk = await Desk.open({
    latencyMs: 0,
    batchMs: 300,
    retain: { calls: 1_000, requests: 1_000, requestBytes: 200_000 },
  });
  await mkdir(join(desk.directory, 'pile'));
  const files: [string, Buffer][] = [
    ['mixed.pdf', mixed],
    ['scanned.pdf', scanned],
    ['whole.pdf', whole],
    // Its content says what it is, not its name.
    ['photo.txt', photo],
    ['photo.png', photo],
    ['wide.png', pngOf(8_001, 2)],
    ['pile/a.txt', Buffer.from('Notice is given in writing.')],
    ['pile/b.jpg', jpegOf(30, 20)],
    ['pile/c.gif', gifOf(30, 20)],
    ['pile/d.webp', webpOf('VP8X', 30, 20)],
    ['pile/e.png', Buffer.from('no image')],
    ['pile/f', scanned],
  ];
  for (const [name, bytes] of files) await writeFile(join(desk.directory, name), bytes);
  await desk.serve();
});

afterAll(() => desk.close());

let before: number;
beforeEach(() => {
  before = desk.model.total;
});

/** The blocks that were asked about since, without the prompts. */
function sent(): ContentBlockParam[] {
  const calls = desk.model.calls.filter(({ sequence }) => sequence > before);
  return calls.flatMap(({ request }) => {
    const content = request?.messages[0]?.content;
    return Array.isArray(content) ? content.slice(0, -1) : [];
  });
}

/** Files of the home in which the word stands. */
async function filesWith(word: string): Promise<string[]> {
  const entries = await readdir(desk.home, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const found = await Promise.all(files.map(async (file) => (await readFile(file)).includes(word)));
  return files.filter((_, index) => found[index]);
}

const base64 = (type: string, mediaType: string, bytes: Buffer) => ({
  type,
  source: { type: 'base64', media_type: mediaType, data: bytes.toString('base64') },
});
const asPdf = (bytes: Buffer) => base64('document', 'application/pdf', bytes);

describe('--pdf', () => {
  it.each([
    ['auto', 'mixed.pdf', [asPdf(mixed)], 'mixed.pdf: 2 of 3 pages have no text (2, 3): the PDF itself is sent.'],
    ['auto', 'scanned.pdf', [asPdf(scanned)], '2 of 2 pages have no text (1, 2): the PDF itself is sent.'],
    ['auto', 'whole.pdf', [{ type: 'text', text: expect.stringContaining('The price is low.') }], ''],
    ['pages', 'whole.pdf', [asPdf(whole)], ''],
    [
      'text',
      'mixed.pdf',
      [{ type: 'text', text: expect.stringContaining('Payment is due') }],
      '(2, 3), and are left out',
    ],
  ])('%s: what is sent of %s', async (how, name, blocks, said) => {
    const { code, stderr } = await desk.fanfold(['summarise', name, '--pdf', how, '--fresh']);
    expect([code, sent()]).toEqual([0, blocks]);
    expect(stderr).toContain(said);
    if (said === '') expect(stderr).not.toContain('no text');
  });

  it('text: a PDF without any is refused, and told what would help', async () => {
    const { code, stderr } = await desk.inProcess(['summarise', 'scanned.pdf', '--pdf', 'text']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('its 2 pages are without a text layer')]);
  });

  it('is one of three', async () => {
    const { code, stderr } = await desk.inProcess(['perspectives', 'whole.pdf', '--pdf', 'picture']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/`--pdf` to be one of auto, text, pages, got `picture`/)]);
  });
});

describe('a file', () => {
  it('is shared by branches through the prompt cache, and is in no history', async () => {
    const run = await desk.json(['perspectives', 'scanned.pdf', '--perspectives', 'legal,security', '--fresh']);
    expect(run.status).toBe('complete');
    const cached = { ...asPdf(scanned), cache_control: { type: 'ephemeral' } };
    expect(sent()).toEqual([cached, cached]);
    expect(run.usage.cacheWriteTokens).toBeGreaterThan(0);
    expect(run.usage.cacheReadTokens).toBe(run.usage.cacheWriteTokens);
    expect(JSON.stringify(run.output)).toContain('cannot see images and PDFs');
    // The search finds what is there: the reference is in the history, in the database.
    const [digest] = await filesWith(createHash('sha256').update(scanned).digest('hex'));
    expect(digest).toBeDefined();
    expect(await filesWith(scanned.toString('base64').slice(40, 80))).toEqual([]);
  });

  it('is known by its content: of another name it is the same question', async () => {
    await desk.json(['summarise', 'photo.txt', '--fresh']);
    expect(sent()).toEqual([base64('image', 'image/png', photo)]);
    const again = await desk.json(['summarise', 'photo.png']);
    expect(again.branches[0]?.reused).toBe(true);
    await writeFile(join(desk.directory, 'other.png'), pngOf(641, 480));
    const other = await desk.json(['summarise', 'other.png']);
    expect(other.branches[0]?.reused).toBe(false);
  });

  it('comes from standard input', async () => {
    await desk.json(['summarise', '-', '--fresh'], { stdin: scanned });
    await desk.json(['perspectives', '-', '--perspectives', 'legal', '--fresh'], { stdin: photo });
    expect(sent()).toEqual([asPdf(scanned), base64('image', 'image/png', photo)]);
  });

  it('comes from a folder, by content', async () => {
    const run = await desk.json(['summarise', 'pile', '--fresh']);
    const keys = (run.output as { key: string }[]).map(({ key }) => key);
    expect(keys).toEqual(['pile/a.txt', 'pile/b.jpg', 'pile/c.gif', 'pile/d.webp', 'pile/f']);
    expect(
      sent()
        .map(({ type }) => type)
        .toSorted(),
    ).toEqual(['document', 'image', 'image', 'image', 'text']);
  });

  it('comes in a wide run, in lanes and in batches', async () => {
    const many = join(desk.directory, 'many');
    await mkdir(many);
    for (let at = 0; at < 51; at += 1) await writeFile(join(many, `${at}.png`), pngOf(10, 10 + at));
    const wide = await desk.json(['summarise', 'many', '--budget', '5', '--fresh']);
    expect([wide.status, new Set(sent().map((block) => JSON.stringify(block))).size]).toEqual(['complete', 51]);
    const economy = await desk.json(['summarise', 'many', '--economy', '--fresh']);
    expect(economy.status).toBe('complete');
    const batched = desk.model.batches.flatMap(({ requests }) => requests).map((request) => JSON.stringify(request));
    expect(batched.filter((request) => request.includes('"type":"image"'))).toHaveLength(51);
  });

  it('is what prompts are compared on', async () => {
    const words = ['compare', 'What is it?', '--variant', 'short=Say it in a word.', '--document', 'photo.png'];
    await desk.json([...words, '--fresh']);
    const block = { ...base64('image', 'image/png', photo), cache_control: { type: 'ephemeral' } };
    expect(sent()).toEqual([block, block]);
  });

  it('is an input of a flow, before the prompt that names it', async () => {
    await writeFile(
      join(desk.directory, 'flow.yaml'),
      'input: { scan: string, photo: string }\nnodes:\n  both: { prompt: "Compare {{ scan }} and {{ photo }}." }\n  one: { prompt: "Read {{ scan }}, and {{ both }}", needs: [both] }\noutput: one\n',
    );
    const words = ['graph', 'flow.yaml', '--input', 'scan=@scanned.pdf', '--input', 'photo=@photo.png', '--fresh'];
    const dry = await desk.json<{ branches: { inputTokens: number }[] }>([...words, '--dry-run']);
    const run = await desk.json(words);
    expect(run.status).toBe('complete');
    const [pdf, png] = [asPdf(scanned), base64('image', 'image/png', photo)];
    expect(sent()).toEqual([
      { type: 'text', text: 'File [scanned.pdf]:' },
      pdf,
      { type: 'text', text: 'File [photo.png]:' },
      png,
      { type: 'text', text: 'File [scanned.pdf]:' },
      pdf,
    ]);
    const prompts = desk.model.calls.filter(({ sequence }) => sequence > before).map(({ prompt }) => prompt);
    expect(prompts[0]).toBe('Compare [scanned.pdf] and [photo.png].');
    expect(run.branches[0]!.usage.inputTokens).toBeLessThanOrEqual(dry.branches[0]!.inputTokens);
  });

  it('cannot be looked into by a flow', async () => {
    await writeFile(
      join(desk.directory, 'when.yaml'),
      'input: { scan: string }\nnodes:\n  one: { prompt: "Read {{ scan }}.", when: "{{ scan }} == \\"x\\"" }\n',
    );
    const { code, stderr } = await desk.inProcess(['graph', 'when.yaml', '--input', 'scan=@scanned.pdf']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('got a file that only the model reads')]);
  });
});

describe('bounds and limits', () => {
  it.each([
    ['photo.png', Math.ceil(640 / 28) * Math.ceil(480 / 28)],
    ['scanned.pdf', 2 * (4_784 + 3_000)],
  ])('the tokens of %s are in the bound', async (name, tokens) => {
    const words = ['summarise', name, '--fresh'];
    const dry = await desk.json<{ inputTokens: number; upperBoundUsd: number; counted: string }>([
      ...words,
      '--dry-run',
      '--offline',
    ]);
    expect(dry).toMatchObject({ counted: 'estimate' });
    expect(dry.inputTokens).toBeGreaterThanOrEqual(tokens);
    const counted = await desk.json<{ inputTokens: number; counted: string }>([...words, '--dry-run']);
    expect(counted).toMatchObject({ counted: 'count_tokens' });
    expect(counted.inputTokens).toBeGreaterThanOrEqual(tokens);
    const run = await desk.json(words);
    expect(run.usage.inputTokens).toBeLessThanOrEqual(dry.inputTokens);
    expect(run.costUsd).toBeLessThanOrEqual(dry.upperBoundUsd);
  });

  it('a budget that does not cover the pages is refused before anything is asked', async () => {
    const { code, stderr } = await desk.fanfold(['summarise', 'scanned.pdf', '--budget', '0.02']);
    expect([code, stderr]).toEqual([5, expect.stringContaining('one question may cost')]);
    expect(desk.model.total).toBe(before);
  });

  it.each([['perspectives'], ['summarise']])('%s refuses what the API would refuse', async (command) => {
    const { code, stderr } = await desk.inProcess([command, 'wide.png']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('at most 8000 x 8000 pixels, got 8001 x 2')]);
    expect(desk.model.total).toBe(before);
  });

  it('pages are counted by the model that reads them', async () => {
    await writeFile(join(desk.directory, 'long.pdf'), pdfOfPages(Array.from({ length: 101 }, () => undefined)));
    const words = ['perspectives', 'long.pdf', '--dry-run', '--offline'];
    const refused = await desk.inProcess([...words, '--model', 'claude-haiku-5-5']);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('at most 100 pages, got 101')]);
    expect((await desk.inProcess(words)).code).toBe(0);
  });
});

describe('validate', () => {
  it.each([
    ['scanned.pdf', 'its 2 pages are without a text layer'],
    ['photo.png', 'which is an image (image/png)'],
  ])('refuses %s: findings quote the text', async (name, message) => {
    const { code, stderr } = await desk.inProcess(['validate', name]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('leaves out the pictures of a folder, and says so', async () => {
    await mkdir(join(desk.directory, 'pages'), { recursive: true });
    await copyFile(join(desk.directory, 'photo.png'), join(desk.directory, 'pages', 'photo.png'));
    await writeFile(
      join(desk.directory, 'pages', 'page.md'),
      'The tenant pays the rent. The landlord repairs the roof.',
    );
    const { code, stdout, stderr } = await desk.inProcess(['validate', 'pages', '--dry-run', '--offline']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('no reader for .png: 1')]);
    expect(stdout).toContain('skipped pages/photo.png: no reader for .png');
  });

  it('checks the text that there is, and names the pages that it does not check', async () => {
    const { stderr } = await desk.fanfold(['validate', 'mixed.pdf', '--checks', 'tone', '--fresh']);
    expect(stderr).toContain('mixed.pdf: 2 of 3 pages have no text (2, 3), and are not read.');
  });
});
