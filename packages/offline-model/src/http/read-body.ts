import type { IncomingMessage } from 'node:http';
import { ApiFailure, invalidRequest } from './api-failure.js';

/**
 * The whole body.
 *
 * @throws ApiFailure 413 above `maxBytes`
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read on to the end all the same: a client that is still writing would see a reset instead of the answer.
    if (bytes <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (bytes > maxBytes) {
    throw new ApiFailure(413, 'request_too_large', `Request exceeds the maximum size: ${bytes} > ${maxBytes} bytes.`);
  }
  return Buffer.concat(chunks);
}

/**
 * The body as a JSON object.
 *
 * @throws ApiFailure 400 when it is none
 */
export function parseObject(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw invalidRequest('The request body is not valid JSON.');
  }
  if (!isObject(value)) throw invalidRequest('The request body must be a JSON object.');
  return value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
