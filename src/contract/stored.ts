/** A value that travels inside history, or by reference because it would not fit there. */
export type Stored<T> = { inline: T } | { sha256: string; bytes: number };

/**
 * Whether a value that travels as `Stored` is in the store: for places that hold a `Stored` by their type, never for a value that
 * somebody has said. History drops `inline` where it is `undefined`, and what is left is no reference.
 */
export function isInStore(stored: Stored<unknown>): stored is { sha256: string; bytes: number } {
  return !('inline' in stored) && 'sha256' in stored;
}
