/** A value that travels inside history, or by reference because it would not fit there. */
export type Stored<T> = { inline: T } | { sha256: string; bytes: number };

/**
 * Whether a `Stored` is in the store. Use it only where the type says `Stored`, never for a value of a model, tool or user.
 * History drops an `inline` that is `undefined`, and the rest is no reference.
 */
export function isInStore(stored: Stored<unknown>): stored is { sha256: string; bytes: number } {
  return !('inline' in stored) && 'sha256' in stored;
}
