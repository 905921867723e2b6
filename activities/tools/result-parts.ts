import { imageHeader } from '../../src/files/index.js';
import type { McpPart } from '../../src/tools/index.js';

/** Largest image in base64, and in pixels either way: https://platform.claude.com/docs/en/build-with-claude/vision. */
const mostImageCharacters = 10 * 1_024 * 1_024;
const mostPixels = 8_000;

/** An image that the API takes. */
export interface ShownImage {
  type: 'image';
  mediaType: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';
  base64: string;
  width: number;
  height: number;
}

/** A part of a result as a model sees it. */
export type ResultPart = { type: 'text'; text: string } | ShownImage;

/** What a tool's answer is kept as: its text, or `{ content }` as MCP has it where an image is in it. */
export function resultOf(parts: readonly McpPart[]): string | { content: McpPart[] } {
  const shown = parts.map((part): McpPart => {
    if (part.type === 'text') return part;
    const image = imageOf(part);
    return image.type === 'text' ? image : { type: 'image', mimeType: image.mediaType, data: image.base64 };
  });
  const texts = shown.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  return texts.length === shown.length ? texts.join('\n') : { content: shown };
}

/**
 * The parts of a result that has images: `{ content: [{ type: 'text', text }, { type: 'image', mimeType, data }] }`, as MCP has it and a
 * module may return it. `undefined` for any other result.
 */
export function partsIn(result: unknown): ResultPart[] | undefined {
  if (typeof result !== 'object' || result === null || Object.keys(result).join() !== 'content') return undefined;
  const { content } = result as { content: unknown };
  if (!Array.isArray(content) || !content.every(isPart) || !content.some(({ type }) => type === 'image')) {
    return undefined;
  }
  return (content as McpPart[]).map((part) => (part.type === 'text' ? part : imageOf(part)));
}

function isPart(part: unknown): part is McpPart {
  const { type, text, data } = (part ?? {}) as { type?: unknown; text?: unknown; data?: unknown };
  return (type === 'text' && typeof text === 'string') || (type === 'image' && typeof data === 'string');
}

/** An image, by its bytes and not by what it is said to be; one that the API would refuse is named. */
function imageOf({ mimeType, data }: Extract<McpPart, { type: 'image' }>): ResultPart {
  const bytes = Buffer.from(data, 'base64');
  const header = imageHeader(bytes);
  const left = (why: string): ResultPart => ({
    type: 'text',
    text: `(image: ${header?.mediaType ?? mimeType}, ${bytes.length} bytes; it cannot be shown: ${why})`,
  });
  if (header === undefined) return left('it is no PNG, JPEG, GIF or WebP');
  const { mediaType, width, height } = header;
  if (width === 0 || height === 0) return left('it is damaged');
  if (width > mostPixels || height > mostPixels) return left(`it has ${width} x ${height} pixels`);
  const base64 = bytes.toString('base64');
  if (base64.length > mostImageCharacters) return left('it is too large');
  return { type: 'image', mediaType, base64, width, height };
}
