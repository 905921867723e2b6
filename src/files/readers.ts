/** The reader of a document. */
export type DocumentKind = 'text' | 'html' | 'pdf';

/**
 * Readers of files, by the end of their names; `undefined` where nothing reads them. A file with another end is text, if its
 * bytes are.
 */
const readers: ReadonlyMap<string, DocumentKind | undefined> = new Map([
  ...endings(
    'text',
    'txt text md markdown mdx rst adoc asciidoc org tex log csv tsv json jsonl ndjson yaml yml toml ini xml',
  ),
  ...endings('html', 'html htm xhtml'),
  ...endings('pdf', 'pdf'),
  ...endings(
    undefined,
    'doc docx docm dot dotx odt rtf pages wpd xls xlsx xlsm xlsb ods numbers ppt pptx pptm odp key',
  ),
  ...endings(undefined, 'epub mobi azw3 djvu ps eps chm msg pst mbox one vsd vsdx mdb accdb'),
  ...endings(undefined, 'png jpg jpeg gif bmp tif tiff webp heic avif ico svg psd ai indd raw dwg'),
  ...endings(undefined, 'mp3 m4a wav ogg flac aac wma mp4 m4v mov avi mkv webm wmv'),
  ...endings(undefined, 'zip gz tgz bz2 xz zst 7z rar tar jar war iso dmg pkg deb rpm'),
  ...endings(undefined, 'exe dll so dylib a o bin class pyc wasm woff woff2 ttf otf eot db sqlite parquet'),
]);

function endings(kind: DocumentKind | undefined, names: string): [string, DocumentKind | undefined][] {
  return names.split(' ').map((name) => [name, kind]);
}

/** The end of a name in small letters, with its dot; empty where there is none. */
export function endingOf(name: string): string {
  return /[^./\\](\.[^./\\]{1,16})$/.exec(name)?.[1]?.toLowerCase() ?? '';
}

/**
 * The reader of a file.
 *
 * @returns `by content` where its name does not say: text, if it is text; `none` for what nothing reads yet
 */
export function readerOf(name: string): DocumentKind | 'by content' | 'none' {
  const ending = endingOf(name).slice(1);
  return readers.has(ending) ? (readers.get(ending) ?? 'none') : 'by content';
}

/** The reader by a file's first bytes, or by the end of its name. */
export function kindOf(name: string, bytes: Uint8Array): DocumentKind {
  if (new TextDecoder('latin1').decode(bytes.subarray(0, 5)) === '%PDF-') return 'pdf';
  const reader = readerOf(name);
  return reader === 'html' ? reader : 'text';
}

/** Control characters other than white space, in the part that `file` looks at too, are the mark of a binary format. */
export function isBinary(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 8_192);
  const controls = start.filter((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27)).length;
  return start.length > 0 && controls / start.length > 0.1;
}
