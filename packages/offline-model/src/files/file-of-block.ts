import { isObject } from '../http/read-body.js';
import { imageSize } from './image-size.js';
import { pdfPages } from './pdf-pages.js';

/** A PDF or an image of a request. The offline model knows its size, and cannot see what is on it. */
export type SentFile = { bytes: number; mediaType: string } & (
  | { kind: 'image'; width: number; height: number }
  | { kind: 'pdf'; pages: number }
  | { kind: 'damaged' }
);

type Block = Record<string, unknown>;

/** By the block's source: a request is looked at several times on its way. */
const known = new WeakMap<object, SentFile>();

/** The file of an image or document block, where it is in the request itself as base64. */
export function fileOfBlock(block: Block): SentFile | undefined {
  const { type, source } = block;
  if ((type !== 'image' && type !== 'document') || !isObject(source) || source['type'] !== 'base64') return undefined;
  const file = known.get(source) ?? read(type, source);
  known.set(source, file);
  return file;
}

/** All files of some content, those of tool results included. */
export function filesIn(content: unknown): SentFile[] {
  if (!Array.isArray(content)) return [];
  return content.filter(isObject).flatMap((block) => {
    const file = fileOfBlock(block);
    if (file !== undefined) return [file];
    return block['type'] === 'tool_result' ? filesIn(block['content']) : [];
  });
}

/** What a file is, in words: `a PDF of 3 pages`. */
export function describeFile(file: SentFile): string {
  switch (file.kind) {
    case 'pdf':
      return `a PDF of ${file.pages} ${file.pages === 1 ? 'page' : 'pages'}`;
    case 'image':
      return `an image of ${file.width} x ${file.height} pixels`;
    case 'damaged':
      return `a damaged file (${file.mediaType})`;
  }
}

function read(type: string, { media_type: mediaType, data }: Block): SentFile {
  const bytes = Buffer.from(typeof data === 'string' ? data : '', 'base64');
  const about = { bytes: bytes.length, mediaType: String(mediaType) };
  if (type === 'document') {
    const pages = pdfPages(bytes);
    return pages === undefined ? { ...about, kind: 'damaged' } : { ...about, kind: 'pdf', pages };
  }
  const size = imageSize(bytes);
  return size === undefined ? { ...about, kind: 'damaged' } : { ...about, ...size, kind: 'image' };
}
