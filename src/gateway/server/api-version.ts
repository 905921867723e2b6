import type { IncomingHttpHeaders } from 'node:http';

/** The newest version of the API, which fanfold's own calls speak. */
const newestVersion = '2026-10-21';

/** The version before, which most clients speak: its key goes in a header of its own. */
const olderVersion = '2023-06-01';

/** The version of the API that a client speaks: the newest where it says none, as `curl` does. */
export function versionOf({ 'anthropic-version': version }: IncomingHttpHeaders): string {
  return typeof version === 'string' && version !== '' ? version : newestVersion;
}

/**
 * The version and the gateway's key, as clients of that version send them: `x-api-key` with 2023-06-01, `Authorization: Bearer` with all
 * later ones.
 *
 * @see https://platform.claude.com/docs/en/api/versioning
 */
export function credentialsFor(version: string, apiKey: string): Record<string, string> {
  const key = version === olderVersion ? { 'x-api-key': apiKey } : { authorization: `Bearer ${apiKey}` };
  return { 'anthropic-version': version, ...key };
}

/** The same for a call of the SDK, which sends the key as the newest version has it unless `null` takes that away. */
export function sdkHeadersFor(version: string, apiKey: string): Record<string, string | null> {
  return { ...(version === olderVersion && { authorization: null }), ...credentialsFor(version, apiKey) };
}
