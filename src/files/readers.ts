/** The kinds of documents, as they are called where it is said how a file was read. */
export const documentKinds = {
  text: 'text',
  json: 'JSON',
  xml: 'XML',
  csv: 'CSV',
  html: 'HTML',
  pdf: 'PDF',
  docx: 'DOCX',
  xlsx: 'XLSX',
  pptx: 'PPTX',
  odt: 'ODT',
  ods: 'ODS',
  odp: 'ODP',
  epub: 'EPUB',
  eml: 'EML',
} as const;

export type DocumentKind = keyof typeof documentKinds;

/** Kinds whose text is the file's own, character by character. */
export function isOwnText(kind: DocumentKind): kind is 'text' | 'json' | 'xml' | 'csv' {
  return kind === 'text' || kind === 'json' || kind === 'xml' || kind === 'csv';
}

/**
 * What the end of a name says of a file; `undefined` where nothing reads such files, which are not opened in folders. The content has the
 * last word on all others.
 */
const readers: ReadonlyMap<string, DocumentKind | undefined> = new Map([
  ...endings('text', 'txt text md markdown mdx rst adoc asciidoc org tex log yaml yml toml ini'),
  ...endings('json', 'json jsonl ndjson'),
  ...endings('csv', 'csv tsv'),
  ...endings('xml', 'xml'),
  ...endings('html', 'html htm xhtml'),
  ...endings('pdf', 'pdf'),
  ...endings('docx', 'docx docm dotx dotm'),
  ...endings('xlsx', 'xlsx xlsm xltx xltm'),
  ...endings('pptx', 'pptx pptm ppsx ppsm potx'),
  ...endings('odt', 'odt ott'),
  ...endings('ods', 'ods ots'),
  ...endings('odp', 'odp otp'),
  ...endings('epub', 'epub'),
  ...endings('eml', 'eml mht mhtml'),
  ...endings(undefined, 'wpd mobi azw3 djvu ps eps chm pst mbox one vsd mdb accdb'),
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

/** Control characters other than white space, in the part that `file` looks at too, are the mark of a binary format. */
export function isBinary(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 8_192);
  const controls = start.filter((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27)).length;
  return start.length > 0 && controls / start.length > 0.1;
}
