import type {
  ContentBlockParam,
  DocumentBlockParam,
  ImageBlockParam,
  MessageCreateParamsNonStreaming,
} from '@anthropic-ai/sdk/resources/messages';

import type { Extent, FileContent } from '../contract/document.js';
import { fileTokens } from './file-tokens.js';

type ImageType = Exclude<FileContent['mediaType'], 'application/pdf'>;

type FileBlock = DocumentBlockParam | ImageBlockParam;

/** The extent of each block that was made here: the request itself has no place for it, and a PDF's would be long to find. */
const extents = new WeakMap<object, Extent>();

/** Stands for a file of which nothing is known: as many pages as every model takes. */
const unknown: Extent = { pages: 100, textTokens: 0 };

/** A file as a content block. */
export function fileBlock({ mediaType, base64, extent }: FileContent, isCached: boolean): FileBlock {
  const control = isCached && { cache_control: { type: 'ephemeral' as const } };
  const block: FileBlock =
    mediaType === 'application/pdf'
      ? { type: 'document', source: { type: 'base64', media_type: mediaType, data: base64 }, ...control }
      : { type: 'image', source: { type: 'base64', media_type: mediaType, data: base64 }, ...control };
  extents.set(block, extent);
  return block;
}

/** An image of a tool's result as a content block. */
export function imageBlock(image: { mediaType: ImageType; base64: string; width: number; height: number }) {
  const { mediaType, base64, width, height } = image;
  const block = { type: 'image' as const, source: { type: 'base64' as const, media_type: mediaType, data: base64 } };
  extents.set(block, { width, height });
  return block;
}

/** The blocks of a message, those inside of results of tools in place of the results. */
export function innerBlocks(content: readonly ContentBlockParam[]): ContentBlockParam[] {
  return content.flatMap((block) =>
    block.type === 'tool_result' && Array.isArray(block.content) ? (block.content as ContentBlockParam[]) : [block],
  );
}

/** Whether a block is a file in base64, which is no text. */
export function isFileBlock(block: ContentBlockParam): block is FileBlock {
  return (block.type === 'image' || block.type === 'document') && block.source.type === 'base64';
}

/** The most tokens that the files of a request have. */
export function fileTokensIn({ messages, model }: Pick<MessageCreateParamsNonStreaming, 'messages' | 'model'>): number {
  return messages
    .flatMap(({ content }) => (typeof content === 'string' ? [] : innerBlocks(content).filter(isFileBlock)))
    .reduce((sum, block) => sum + fileTokens(extents.get(block) ?? unknown, model), 0);
}
