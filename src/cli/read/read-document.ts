import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';

import { placeDocument } from '../../client/index.js';
import type { StoredDocument } from '../../contract/document.js';
import { InputError } from '../../contract/errors.js';
import { maxDocumentBytes } from '../../contract/limits.js';
import type { BlobStore } from '../../store/blob-store.js';
import { readContent, standardInput, textOnly } from './read-content.js';
import type { Content } from './read-content.js';
import type { World } from '../world.js';

export interface Document extends Content {
  /** The document's name for people. */
  title: string;
}

/**
 * The document a command is given: a file, or standard input for `-`.
 *
 * @param reading what may become of a PDF or an image; by default it has to be text
 * @throws InputError when there is no such file, or it is not a document that can be read so
 */
export async function readDocument(source: string, world: World, reading = textOnly): Promise<Document> {
  if (source === '-') {
    if (world.stdin.isTTY) {
      throw new InputError('Expected a document on standard input, got a terminal.', 'Pipe one in, or name a file.');
    }
    const bytes = await readUpTo(world.stdin);
    const found = { bytes, again: async () => bytes };
    return { ...(await readContent(found, standardInput, reading, world)), title: standardInput };
  }
  const again = () => readFile(resolve(world.cwd, source), source);
  return { ...(await readContent({ bytes: await again(), again }, source, reading, world)), title: basename(source) };
}

/** A document as a plan takes it, before it is in the store. */
export function planned({ text, file }: Content): StoredDocument {
  return file ?? { inline: text };
}

/** Puts a document where it stays: inside the run's input, or in the store. */
export async function placed({ text, file }: Content, store: BlobStore): Promise<StoredDocument> {
  return file === undefined ? placeDocument(text, store) : file.place(store);
}

async function readFile(path: string, source: string): Promise<Uint8Array> {
  try {
    return await readUpTo(createReadStream(path));
  } catch (error) {
    throw new InputError(whyUnreadable(error as NodeJS.ErrnoException, source));
  }
}

function whyUnreadable(error: NodeJS.ErrnoException, source: string): string {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `Expected a file, got \`${source}\`, which does not exist.`;
    case 'EISDIR':
      return `Expected a file, got the directory \`${source}\`.`;
    case 'EACCES':
      return `Expected a readable file, got \`${source}\`, which you may not read.`;
    default:
      return `Expected a readable file, got \`${source}\`: ${error.message}`;
  }
}

// One byte over the limit is enough to tell that it is too large.
async function readUpTo(stream: NodeJS.ReadableStream): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk as Buffer));
    size += chunk.length;
    if (size > maxDocumentBytes) break;
  }
  return Buffer.concat(chunks);
}
