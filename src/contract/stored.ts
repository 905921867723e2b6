/** A value that travels inside history, or by reference because it would not fit there. */
export type Stored<T> = { inline: T } | { sha256: string; bytes: number };
