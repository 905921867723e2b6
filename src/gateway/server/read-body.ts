import type { IncomingMessage } from 'node:http';

/** Largest request, in bytes: the API takes 32 MB, and 256 MB of a batch. */
export const largestBody = 256 * 1_024 * 1_024;

/** The whole body of a request; `undefined` where it is larger than the API takes. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > largestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Aborted when whoever asks is gone before the answer is. */
export function goneSignal(response: NodeJS.EventEmitter & { writableFinished: boolean }): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Error('Whoever asked is gone.'));
  });
  return gone.signal;
}
