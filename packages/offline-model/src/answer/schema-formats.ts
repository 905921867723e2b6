// What a text in that format looks like, and what to say where the material holds none: names and numbers reserved for examples.
const formats: Record<string, { pattern: RegExp; otherwise: string }> = {
  'date-time': {
    pattern: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/,
    otherwise: '1970-01-01T00:00:00Z',
  },
  date: { pattern: /\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])\b/, otherwise: '1970-01-01' },
  time: { pattern: /\b(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ/, otherwise: '00:00:00Z' },
  duration: { pattern: /\bP\d+D\b/, otherwise: 'P0D' },
  email: { pattern: /[\w.+-]+@[\w-]+\.[a-z]{2,}/i, otherwise: 'nobody@example.com' },
  hostname: { pattern: /\b(?:[a-z\d-]+\.)+(?:com|org|net|example)\b/i, otherwise: 'example.com' },
  uri: { pattern: /https?:\/\/[^\s<>"')\]]+/, otherwise: 'https://example.com/' },
  ipv4: { pattern: /\b(?:\d{1,3}\.){3}\d{1,3}\b/, otherwise: '192.0.2.1' },
  ipv6: { pattern: /\b2001:db8::[\da-f]*\b/i, otherwise: '2001:db8::1' },
  uuid: {
    pattern: /\b[\da-f]{8}-[\da-f]{4}-[1-5][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}\b/i,
    otherwise: '00000000-0000-4000-8000-000000000000',
  },
};

export const supportedFormats = Object.keys(formats);

/** The first text in that format, or an example of one. */
export function formatted(format: string, text: string): string {
  const known = formats[format];
  return known ? (known.pattern.exec(text)?.[0] ?? known.otherwise) : text;
}
