export type Stored<T> = { inline: T } | { sha256: string; bytes: number };
