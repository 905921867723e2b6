import { deflateSync } from 'node:zlib';

import { expect, it } from 'vitest';

import { asking, post, start, textOf } from './start.js';

/** The beginning of a PNG, which is all that is looked at. */
function png(width: number, height: number): string {
  const bytes = Buffer.concat([Buffer.from('\u0089PNG\r\n\u001A\n\0\0\0\rIHDR', 'latin1'), Buffer.alloc(8)]);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes.toString('base64');
}

function pdf(pages: number): string {
  return Buffer.from(`%PDF-1.4\n<< /Type /Pages >>${'<< /Type /Page >>\n'.repeat(pages)}`).toString('base64');
}

/** As newer writers make one: its pages are in a compressed stream. */
function compressedPdf(pages: number): string {
  const stream = deflateSync(Buffer.from('<< /Type/Page >>'.repeat(pages)));
  const head = `%PDF-1.5\n1 0 obj << /Type /ObjStm /Filter /FlateDecode /Length ${stream.length} >>\nstream\n`;
  return Buffer.concat([Buffer.from(head), stream, Buffer.from('\nendstream')]).toString('base64');
}

const image = (data: string, mediaType = 'image/png') => ({
  type: 'image' as const,
  source: { type: 'base64' as const, media_type: mediaType as 'image/png', data },
});
const document = (data: string, mediaType = 'application/pdf') => ({
  type: 'document' as const,
  source: { type: 'base64' as const, media_type: mediaType as 'application/pdf', data },
});
const question = { type: 'text' as const, text: 'Which law governs?' };

type Content = (ReturnType<typeof image> | ReturnType<typeof document> | typeof question)[];

const about = (...content: Content) => asking('', { messages: [{ role: 'user', content: [...content, question] }] });

it.each<[string, Content, RegExp]>([
  ['a media type that is none', [image(png(9, 9), 'image/bmp')], /image\.source\.base64\.media_type: Input should be/],
  [
    'a document that is no PDF by type',
    [document(pdf(1), 'text/html')],
    /media_type: Input should be 'application\/pdf'/,
  ],
  ['no base64', [image('!?'.repeat(8))], /Invalid base64 data/],
  ['base64 that is cut', [document(`${pdf(1)}A`)], /Invalid base64 data/],
  ['what is no image', [image('AAAA')], /Could not process image/],
  ['what is no PDF', [document('AAAA')], /The PDF specified was not valid/],
  [
    'another image than it says',
    [image(png(9, 9), 'image/jpeg')],
    /does not match the provided media type image\/jpeg/,
  ],
  ['an image too wide', [image(png(8_001, 9))], /exceed max allowed size: 8000 pixels, got 8001x9/],
  ['an image too large', [image(png(9, 9) + 'A'.repeat(10_485_760))], /Invalid base64|exceeds 10 MB maximum/],
  ['many large images', Array.from({ length: 21 }, () => image(png(2_001, 9))), /for many-image requests: 2000 pixels/],
  ['too many pages', [document(pdf(601))], /A maximum of 600 PDF pages may be provided. Found 601/],
])('refuses %s', async (_, content, message) => {
  const { model } = await start();
  const response = await post(model, '/v1/messages', about(...content));
  const { error } = (await response.json()) as { error?: { message: string } };
  expect([response.status, error?.message]).toEqual([400, expect.stringMatching(message)]);
});

// The numbers are those of the page "Vision" of Anthropic's documentation.
it.each([
  ['claude-sonnet-4-6', 1_000, 1_000, 1_296],
  ['claude-sonnet-4-6', 1_920, 1_080, 1_560],
  ['claude-sonnet-4-6', 2_000, 1_500, 1_564],
  ['claude-sonnet-4-6', 1_075, 1_520, 33 * 47],
  ['claude-opus-4-8', 1_920, 1_080, 2_691],
  ['claude-opus-4-8', 3_840, 2_160, 4_784],
])('counts for %s an image of %i x %i as %i tokens', async (model, width, height, tokens) => {
  const { client } = await start();
  const count = async (...content: Content) =>
    (await client.messages.countTokens({ model, messages: about(...content).messages })).input_tokens;
  expect((await count(image(png(width, height)))) - (await count())).toBe(tokens);
});

it.each([
  ['pages as they are', pdf(3)],
  ['pages in a compressed stream', compressedPdf(3)],
])('counts a PDF by its pages: %s', async (_, data) => {
  const { client } = await start();
  const answer = await client.messages.create(about(document(data)));
  expect(answer.usage.input_tokens).toBeGreaterThanOrEqual(3 * (3_000 + 4_784));
  expect(textOf(answer)).toContain('a PDF of 3 pages');
});

it('says that it cannot see them, and quotes nothing in their place', async () => {
  const { model, client } = await start();
  const answer = await client.messages.create(about(document(pdf(1)), image(png(80, 60))));
  expect(textOf(answer)).toBe(
    'Offline model: It cannot see images and PDFs, and was given a PDF of 1 page, an image of 80 x 60 pixels. There is no text to quote from.',
  );
  expect(model.calls[0]?.document).toBe('[a PDF of 1 page]\n\n[an image of 80 x 60 pixels]');
});

it('says so beside quotes of the text that there is', async () => {
  const { client } = await start();
  const text = { type: 'text' as const, text: 'The law of Denmark governs it. The price is low.' };
  const answer = await client.messages.create(about(image(png(80, 60)), text));
  expect(textOf(answer)).toMatch(/It cannot see images and PDFs[^]*The law of Denmark governs it/);
});

it('says so in a structured answer', async () => {
  const { client } = await start();
  const schema = {
    type: 'object',
    additionalProperties: false,
    properties: { summary: { type: 'string' } },
    required: ['summary'],
  };
  const answer = await client.messages.create({
    ...about(document(pdf(1))),
    output_config: { format: { type: 'json_schema', schema } },
  });
  expect(JSON.parse(textOf(answer))).toEqual({ summary: expect.stringContaining('cannot see images and PDFs') });
});

it('caches a shared file', async () => {
  const { client } = await start();
  const shared = { ...document(pdf(2)), cache_control: { type: 'ephemeral' as const } };
  const ask = () => client.messages.create(asking('', { messages: [{ role: 'user', content: [shared, question] }] }));
  const [first, second] = [await ask(), await ask()];
  expect(first.usage.cache_creation_input_tokens).toBeGreaterThan(10_000);
  expect(second.usage.cache_read_input_tokens).toBe(first.usage.cache_creation_input_tokens);
});
