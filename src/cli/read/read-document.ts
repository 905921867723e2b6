import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';

import { InputError } from '../../contract/errors.js';
import { maxDocumentBytes } from '../../contract/limits.js';
import { textOfFile } from './text-of-file.js';
import type { Reading } from './text-of-file.js';
import type { World } from '../world.js';

export interface Document extends Reading {
  /** The document's name for people. */
  title: string;
}

/**
 * The document a command is given: a file, or standard input for `-`.
 *
 * @throws InputError when there is no such file, or it is no document that can be read
 */
export async function readDocument(source: string, world: World): Promise<Document> {
  if (source === '-') {
    if (world.stdin.isTTY) {
      throw new InputError('Expected a document on standard input, got a terminal.', 'Pipe one in, or name a file.');
    }
    return { ...(await textOfFile(await readUpTo(world.stdin), '', world)), title: 'standard input' };
  }
  const bytes = await readFile(resolve(world.cwd, source), source);
  return { ...(await textOfFile(bytes, source, world)), title: basename(source) };
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
