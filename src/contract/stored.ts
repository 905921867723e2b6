import type { Blob } from './lanes.js';

/**
 * Whether a value that travels as `Stored` is in the store: for places that hold a `Stored` by their type, never for a value that
 * somebody has said. History drops `inline` where it is `undefined`, and what is left is no reference.
 */
export function isInStore(stored: Stored<unknown>): stored is Blob {
  return !('inline' in stored) && 'sha256' in stored;
}
export type Stored<T> = { inline: T } | { sha256: string; bytes: number };
