import { resolve } from 'node:path';

import { InputError } from '../contract/errors.js';
import type { BlobPlace } from './blob-place.js';

/**
 * What kind of place a setting names.
 *
 * @throws InputError for a URL of another kind; it may hold a password, and is not quoted
 */
export function placeKind(where: string): 'directory' | 'postgres' | 's3' {
  const scheme = /^([a-z][a-z\d+.-]+):\/\//i.exec(where)?.[1]?.toLowerCase();
  if (scheme === undefined) return 'directory';
  if (scheme === 'postgres' || scheme === 'postgresql') return 'postgres';
  if (scheme === 's3') return 's3';
  throw new InputError(
    `Expected \`FANFOLD_STORE\` to be a folder, \`postgres://user:password@host:5432/database\` or \`s3://bucket/prefix\`, got \`${scheme}://…\`.`,
  );
}

/**
 * A place as a variable names it: a URL as it is, a folder as an absolute path.
 *
 * @throws as `placeKind`
 */
export function storeIn(where: string, cwd: string): string {
  return placeKind(where) === 'directory' ? resolve(cwd, where) : where;
}

/** Opens a place that is no folder. What it needs is loaded for it alone. */
export async function openPlace(where: string): Promise<BlobPlace> {
  return placeKind(where) === 's3'
    ? (await import('./s3-place.js')).openS3Place(where)
    : (await import('./postgres-place.js')).openPostgresPlace(where);
}
