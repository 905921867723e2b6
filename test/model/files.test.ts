import { expect, it } from 'vitest';

import type { Extent, FileContent, StoredFile } from '../../src/contract/document.js';
import { buildRequest, checkFiles, estimateTokens, fileTokens, fileTokensIn, sizeOf } from '../../src/model/index.js';

const later = 'claude-sonnet-5-5';
const earlier = 'claude-sonnet-4-6';
const image = (width: number, height: number) => ({ width, height });
const pdf = (pages: number, textTokens = 0) => ({ pages, textTokens });

function file(extent: Extent, bytes = 1_000, name = 'scan'): FileContent {
  const mediaType = 'pages' in extent ? 'application/pdf' : 'image/png';
  return { sha256: 'a'.repeat(64), bytes, mediaType, name, extent, base64: 'AAAA' };
}

const request = { model: later, maxTokens: 100, system: 'Be brief.', prompt: 'What does it say?' };

// The numbers are those of the page "Vision" of Anthropic's documentation.
it.each([
  [200, 200, 64, 64],
  [1_000, 1_000, 1_296, 1_296],
  [1_092, 1_092, 1_521, 1_521],
  [1_920, 1_080, 1_560, 2_691],
  [2_000, 1_500, 1_564, 3_888],
  [3_840, 2_160, 1_560, 4_784],
])('an image of %i x %i pixels has no more tokens than its bound says', (width, height, before, since) => {
  const bounds = [earlier, later].map((model) => fileTokens(image(width, height), model));
  expect(bounds[0]).toBeGreaterThanOrEqual(before);
  expect(bounds[1]).toBeGreaterThanOrEqual(since);
  expect(bounds[0]).toBeLessThanOrEqual(before * 1.1);
  expect(bounds[1]).toBeLessThanOrEqual(since * 1.1);
});

it('a page of a PDF counts as its picture and its text, at most', () => {
  expect(fileTokens(pdf(2), earlier)).toBe(2 * (1_600 + 3_000));
  expect(fileTokens(pdf(2), later)).toBe(2 * (4_784 + 3_900));
  // A dense text layer is known.
  expect(fileTokens(pdf(1, 9_000), earlier)).toBe(1_600 + 9_000);
});

it('a request has the tokens of its files, and none of their base64', () => {
  const bare = estimateTokens(buildRequest(request, undefined));
  const body = buildRequest(request, file(pdf(3)));
  expect(fileTokensIn(body)).toBe(fileTokens(pdf(3), later));
  expect(estimateTokens(body) - bare - fileTokensIn(body)).toBeLessThan(50);
  const long = buildRequest(request, { ...file(pdf(3)), base64: 'A'.repeat(1_000_000) });
  expect(estimateTokens(long)).toBe(estimateTokens(body));
});

it('a file is never read in parts', () => {
  const document: StoredFile = file(pdf(90));
  expect(sizeOf({ ...request, document, foldOver: 1_000 }, 700_000)).toMatchObject({ parts: 1 });
});

it('stands before the prompt, with the mark of the cache where branches share it', () => {
  const source = (mediaType: string) => ({ type: 'base64', media_type: mediaType, data: 'AAAA' });
  expect(buildRequest({ ...request, cacheDocument: true }, file(pdf(1))).messages[0]?.content).toEqual([
    { type: 'document', source: source('application/pdf'), cache_control: { type: 'ephemeral' } },
    { type: 'text', text: request.prompt },
  ]);
  expect(buildRequest(request, ['Title:', file(image(9, 9))]).messages[0]?.content).toEqual([
    { type: 'text', text: 'Title:' },
    { type: 'image', source: source('image/png') },
    { type: 'text', text: request.prompt },
  ]);
});

const megabyte = 1_048_576;

it.each<[string, StoredFile[], string, string]>([
  ['too wide', [file(image(8_001, 10))], later, 'at most 8000 x 8000 pixels, got 8001 x 10'],
  ['too high', [file(image(10, 9_000))], later, 'at most 8000 x 8000 pixels, got 10 x 9000'],
  ['too large an image', [file(image(9, 9), 8 * megabyte)], later, 'at most 7.5 MB, got 8.0 MB'],
  ['too many pages', [file(pdf(101))], 'claude-haiku-5-5', 'at most 100 pages, got 101'],
  ['too many pages for any', [file(pdf(601))], later, 'at most 600 pages, got 601'],
  ['too many together', [file(pdf(60)), file(pdf(41))], earlier, '2 files together to have at most 100 pages, got 101'],
  ['too large a PDF', [file(pdf(9), 25 * megabyte)], later, 'to be at most 23.3 MB, got 25.0 MB'],
  ['too large together', [file(pdf(1), 12 * megabyte), file(pdf(1), 12 * megabyte)], later, 'got 24.0 MB'],
  ['one of many', Array.from({ length: 21 }, () => file(image(2_001, 9))), later, 'at most 2000 x 2000 pixels'],
  ['too many images', Array.from({ length: 101 }, () => file(image(9, 9))), earlier, 'at most 100 images, got 101'],
])('files that the API would refuse are refused: %s', (_, files, model, message) => {
  expect(() => checkFiles(files, model)).toThrow(message);
});

it('files at the limits pass', () => {
  checkFiles([file(image(8_000, 8_000), 7.5 * megabyte)], earlier);
  checkFiles([file(pdf(100), 23 * megabyte)], earlier);
  checkFiles([file(pdf(600))], later);
  checkFiles(
    Array.from({ length: 20 }, () => file(image(8_000, 9))),
    later,
  );
});
