const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00A0' };

/** The named references that texts have; numbers are read by `marked`. */
export function decodedText(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos|nbsp);/g, (whole, name: string) => named[name] ?? whole);
}

/** A token of Markdown, as it stands in the source. */
interface InSource {
  raw: string;
}

/** Whether emphasis by asterisks stands inside of a word or a path: 2*3*4 is a product, and a/*.ts b/*.ts files, although Markdown takes it for emphasis. */
export function isWithinWord({ raw }: InSource, before: InSource | undefined, after: InSource | undefined): boolean {
  if (!raw.startsWith('*')) return false;
  return (
    (before?.raw.endsWith('/') === true && raw.endsWith('/*')) ||
    (/[\p{L}\p{N})\]]$/u.test(before?.raw ?? '') && /^[\p{L}\p{N}([]/u.test(after?.raw ?? ''))
  );
}
