/** How much of past calls is kept. */
export interface Retention {
  /** Records kept; the oldest go first. Default 200,000. */
  calls?: number;
  /** Requests kept, those of the latest calls. Default 1,000. */
  requests?: number;
  /** Largest body in bytes whose request is kept. Default 32,768. */
  requestBytes?: number;
}

export const retentionDefaults = {
  calls: 200_000,
  requests: 1_000,
  requestBytes: 32_768,
} as const satisfies Required<Retention>;

/** The first characters of a text, in memory of their own: a slice keeps the whole text alive. */
export function excerpt(text: string, length: number): string {
  return text.length <= length ? text : Buffer.from(text.slice(0, length)).toString();
}
