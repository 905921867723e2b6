import { leastCachedBytes } from './limits.js';
import type { Stored } from './stored.js';

/** Files that the API reads itself: as a document block, or as an image block. */
export const fileMediaTypes = ['application/pdf', 'image/png', 'image/jpeg', 'image/gif', 'image/webp'] as const;

/** A media type that the API reads itself. */
export type FileMediaType = (typeof fileMediaTypes)[number];

/** What the tokens of a file are counted by. */
export type Extent =
  | {
      pages: number;
      /** Tokens of the text on all pages, as `estimateText` tells them, at most. */
      textTokens: number;
    }
  | {
      /** In pixels, as the header has it. */
      width: number;
      height: number;
    };

/** A PDF or an image in the store, which is sent as it is. Its bytes are never in history. */
export interface StoredFile {
  sha256: string;
  bytes: number;
  mediaType: FileMediaType;
  /** What it is called where several are told apart; on one line. */
  name: string;
  extent: Extent;
}

/** A document of a model call: its text, or a file that the API reads itself. */
export type StoredDocument = Stored<string> | StoredFile;

/** A file with its bytes, in base64 as the API takes them. */
export interface FileContent extends StoredFile {
  base64: string;
}

/** A document, fetched. */
export type DocumentContent = string | FileContent;

/** Whether a document, or an input of a flow, is a file. Use it only where the type says so, never for a value of a model or tool. */
export function isFile(stored: StoredDocument | Stored<unknown>): stored is StoredFile {
  return 'mediaType' in stored;
}

/** A file for an estimate, which asks for its extent alone. */
export function withoutBytes({ sha256, bytes, mediaType, name, extent }: StoredFile): FileContent {
  return { sha256, bytes, mediaType, name, extent, base64: '' };
}

/** Whether a document that several branches share is put in the prompt cache. A page or an image has tokens enough, however few its bytes. */
export function isWorthCaching(document: StoredDocument): boolean {
  if (isFile(document)) return true;
  return ('inline' in document ? document.inline.length : document.bytes) >= leastCachedBytes;
}
