import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

import { sendError } from './replies.js';

/** Largest request, in bytes: the API takes 32 MB, and 256 MB of a batch. */
export const largestBody = 256 * 1_024 * 1_024;

/** What unpacks a body, by its `content-encoding`; the API is given it unpacked. */
const unpackers = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** The whole body of a request, unpacked; `undefined` where that cannot be had, which the asker is told. */
export async function readBody(request: IncomingMessage, response: ServerResponse): Promise<Buffer | undefined> {
  const { 'content-encoding': encoding = 'identity', 'content-length': length = 0 } = request.headers;
  if (Number(length) > largestBody) return tooLarge(response);
  const unpacker = unpackers.get(encoding.trim().toLowerCase());
  if (unpacker === undefined && !/^\s*(identity)?\s*$/i.test(encoding)) {
    const wanted = [...unpackers.keys()].join(', ');
    return refused(response, 415, `Expected a body as it is, or packed as ${wanted}, got ${encoding}.`);
  }
  const body = unpacker === undefined ? request : pipeline(request, unpacker(), () => {});
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // To leave a request before its end would end its connection, and the answer with it.
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > largestBody) return tooLarge(response);
      chunks.push(chunk);
    }
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!/^(Z_|ERR_BROTLI|ERR__ERROR_FORMAT)/.test(code)) throw error;
    return refused(response, 400, `Expected a body packed as ${encoding}, got something else: ${message}.`);
  }
  return Buffer.concat(chunks);
}

function tooLarge(response: ServerResponse): undefined {
  const message = `Expected a request of at most ${largestBody} bytes.`;
  sendError(response, 413, 'request_too_large', message, { connection: 'close' });
}

function refused(response: ServerResponse, status: 400 | 415, message: string): undefined {
  sendError(response, status, 'invalid_request_error', message, { connection: 'close' });
}

/** Aborted when whoever asks is gone before the answer is. */
export function goneSignal(response: NodeJS.EventEmitter & { writableFinished: boolean }): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Error('Whoever asked is gone.'));
  });
  return gone.signal;
}
