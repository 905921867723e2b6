import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages';
import { fileOfBlock, filesIn } from '../files/file-of-block.js';
import { invalidRequest } from '../http/api-failure.js';
import { isObject } from '../http/read-body.js';
import type { ModelFacts } from '../models.js';

const imageTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];

/** In characters of base64: "10 MB (base64-encoded) when using the Claude API directly". */
const mostImageBytes = 10 * 1_024 * 1_024;

/** Pixels of a side; the second where a request has more than twenty images. */
const longestSide = 8_000;
const longestOfMany = 2_000;
const manyImages = 20;

/** Pages of a request, and its images: "600 (100 when the request's context window is under 1M tokens)". */
const mostFiles = { large: 600, small: 100 } as const;
const largeContext = 1_000_000;

/**
 * A base64 source of an image or a document: its media type, its base64, and whether it is what it says.
 *
 * @throws ApiFailure 400
 */
export function checkFileSource(block: Record<string, unknown>, at: string): void {
  const { type, source } = block;
  if (!isObject(source)) return;
  const { media_type: mediaType, data } = source;
  const place = `${at}.${String(type)}.source.base64`;
  const allowed = type === 'image' ? imageTypes : ['application/pdf'];
  if (typeof mediaType !== 'string' || !allowed.includes(mediaType)) {
    throw invalidRequest(`${place}.media_type: Input should be ${allowed.map((each) => `'${each}'`).join(' or ')}`);
  }
  if (typeof data !== 'string' || data === '') throw invalidRequest(`${place}.data: Field required`);
  if (!isBase64(data)) throw invalidRequest(`${place}.data: Invalid base64 data`);
  if (type === 'image' && data.length > mostImageBytes) {
    throw invalidRequest(`${place}: image exceeds 10 MB maximum: ${data.length} bytes > ${mostImageBytes} bytes`);
  }
  const file = fileOfBlock(block);
  if (file?.kind === 'damaged') {
    throw invalidRequest(
      `${place}.data: ${type === 'image' ? 'Could not process image' : 'The PDF specified was not valid.'}`,
    );
  }
  if (file?.kind !== 'image') return;
  if (file.mediaType !== mediaType) {
    throw invalidRequest(`${place}.data: Image does not match the provided media type ${mediaType}`);
  }
  checkSides(file, longestSide, place, '');
}

/**
 * The files of a whole request.
 *
 * @throws ApiFailure 400
 */
export function checkFiles(messages: MessageCreateParams['messages'], { contextTokens }: ModelFacts): void {
  const files = messages.flatMap(({ content }) => filesIn(content));
  const images = files.filter(({ kind }) => kind === 'image').length;
  if (images > manyImages) {
    for (const file of files)
      if (file.kind === 'image') checkSides(file, longestOfMany, 'messages', ' for many-image requests');
  }
  const pages = files.reduce((sum, file) => sum + (file.kind === 'pdf' ? file.pages : 0), 0);
  const most = contextTokens >= largeContext ? mostFiles.large : mostFiles.small;
  if (pages > most) throw invalidRequest(`A maximum of ${most} PDF pages may be provided. Found ${pages}.`);
  if (images > most) throw invalidRequest(`A maximum of ${most} images may be provided. Found ${images}.`);
}

function checkSides(file: { width: number; height: number }, most: number, place: string, where: string): void {
  if (file.width <= most && file.height <= most) return;
  throw invalidRequest(
    `${place}: At least one of the image dimensions exceed max allowed size${where}: ${most} pixels, got ${file.width}x${file.height}`,
  );
}

/** As RFC 4648 has it, padding included. Without a regular expression: the longest have thirty million characters. */
function isBase64(data: string): boolean {
  if (data.length % 4 !== 0) return false;
  return Buffer.from(data, 'base64').toString('base64') === data;
}
