import type { IncomingHttpHeaders } from 'node:http';
import { ApiFailure, invalidRequest } from './api-failure.js';

/** The versions of the API that it takes: most clients send the older one. What it answers is alike in both. */
const apiVersions: readonly string[] = ['2026-10-21', '2023-06-01'];

/**
 * Checks the key and the version. Any key will do unless `apiKey` is given.
 *
 * @throws ApiFailure 401 or 400
 */
export function authenticate(headers: IncomingHttpHeaders, apiKey: string | undefined): void {
  const key = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1] ?? headers['x-api-key'];
  if (key === undefined || key === '') {
    throw new ApiFailure(401, 'authentication_error', 'Authorization: a key is required, as `Bearer …`.');
  }
  if (apiKey !== undefined && key !== apiKey) throw new ApiFailure(401, 'authentication_error', 'invalid API key');
  const version = headers['anthropic-version'];
  if (version === undefined) throw invalidRequest('anthropic-version: header is required');
  if (!apiVersions.includes(String(version))) {
    const known = apiVersions.map((each) => `"${each}"`).join(' or ');
    throw invalidRequest(`anthropic-version: expected ${known}, got ${JSON.stringify(version).slice(0, 64)}`);
  }
}
