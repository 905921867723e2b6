import { Archive } from './archive.js';
import { decodeText, markOf, unmarkedUtf16 } from './decode.js';
import { endingOf, isBinary, readerOf } from './readers.js';
import type { DocumentKind } from './readers.js';
import { latin1 } from './windows-1252.js';

/** What a file is, by its content: a kind that is read, or one that is not, with what to do. */
export type Detected = { kind: DocumentKind } | { unread: string; advice?: string };

/** Bytes at the beginning that text is known by. */
const startBytes = 65_536;

/** Bytes before the header of a PDF that readers of PDF take (ISO 32000-1, annex H.3). */
const beforePdf = 1_024;

/** Names in the archive of a document, and what it is. Main parts have other names with some producers; their folders have not. */
const members: readonly (readonly [pattern: RegExp, found: Detected])[] = [
  [/^xl\/workbook\.bin$/, { unread: 'a binary workbook (.xlsb)', advice: 'Save it as .xlsx.' }],
  [/^word\/[^/]+\.xml$/, { kind: 'docx' }],
  [/^xl\/[^/]+\.xml$/, { kind: 'xlsx' }],
  [/^ppt\/[^/]+\.xml$/, { kind: 'pptx' }],
  [/^META-INF\/container\.xml$/, { kind: 'epub' }],
  [
    /^Index\/(?:Document|Presentation|Slide)[^/]*\.iwa$|^Index\.zip$/,
    { unread: 'a document of Pages, Numbers or Keynote', advice: 'Export it as Word, Excel, PowerPoint or PDF.' },
  ],
  [/^visio\/document\.xml$/, { unread: 'a Visio drawing', advice: 'Save it as PDF.' }],
];

/** Media types that an archive may begin with (OpenDocument, part 2, 3.3; EPUB OCF, 4.3). */
const mediaTypes: readonly (readonly [pattern: RegExp, found: Detected])[] = [
  [/^application\/epub\+zip/, { kind: 'epub' }],
  [/^application\/vnd\.oasis\.opendocument\.text/, { kind: 'odt' }],
  [/^application\/vnd\.oasis\.opendocument\.spreadsheet/, { kind: 'ods' }],
  [/^application\/vnd\.oasis\.opendocument\.presentation/, { kind: 'odp' }],
];

/** Streams of a compound file of Office 97 to 2003, and of others that lie in such files ([MS-CFB]). */
const streams: readonly (readonly [name: string, found: Detected])[] = [
  [
    'EncryptedPackage',
    { unread: 'an Office document that is locked with a password', advice: 'Save it without the password.' },
  ],
  ['WordDocument', { unread: 'a document of Word 97 to 2003 (.doc)', advice: 'Save it as .docx.' }],
  ['PowerPoint Document', { unread: 'a presentation of PowerPoint 97 to 2003 (.ppt)', advice: 'Save it as .pptx.' }],
  ['Workbook', { unread: 'a workbook of Excel 97 to 2003 (.xls)', advice: 'Save it as .xlsx.' }],
  ['Book', { unread: 'a workbook of Excel 5 or 95 (.xls)', advice: 'Save it as .xlsx.' }],
  ['__properties_version1.0', { unread: 'a message of Outlook (.msg)', advice: 'Save it as .eml.' }],
];

/** Beginnings of a ZIP archive, with entries and without. */
const zipStarts = ['PK\u0003\u0004', 'PK\u0005\u0006'];

const anArchive: Detected = { unread: 'an archive', advice: 'Unpack it first.' };

/** First bytes of what nobody reads as text, as ISO 8859-1. */
const magics: readonly (readonly [start: string, found: Detected])[] = [
  ['{\\rtf', { unread: 'an RTF document', advice: 'Save it as .docx.' }],
  ['%!PS', { unread: 'a PostScript document', advice: 'Convert it to PDF.' }],
  ['\u001F\u008B', { unread: 'a gzip archive', advice: 'Unpack it first.' }],
  ['7z\u00BC\u00AF', anArchive],
  ['Rar!\u001A', anArchive],
  ['BZh91AY', anArchive],
  ['\u00FD7zXZ', anArchive],
];

/** Images that the API does not take, by their first bytes as ISO 8859-1. */
const images: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^BM[^]{4}\0{4}/, 'BMP'],
  [/^(?:II\*\0|MM\0\*)/, 'TIFF'],
  [/^[^]{4}ftyp(?:hei[cfmsx]|hevc|mif1|msf1)/, 'HEIC'],
  [/^[^]{4}ftypavi[fs]/, 'AVIF'],
];

/** A second mail in a mailbox: an empty line, the line that begins a mail, a header field (RFC 4155). */
const secondMail = /\n\r?\nFrom \S+ [^\n]*\d{4}\r?\n[!-9;-~]+:/;

/**
 * What a file is. Its content decides; the end of its name where the content is text that could be several things.
 *
 * @param name empty where there is none
 */
export async function detect(bytes: Uint8Array, name = ''): Promise<Detected> {
  const start = latin1(bytes.subarray(0, startBytes));
  if (zipStarts.some((each) => start.startsWith(each))) return inArchive(bytes);
  if (start.startsWith('\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1')) return inCompound(bytes);
  if (isPdf(bytes, start)) return { kind: 'pdf' };
  for (const [magic, found] of magics) if (start.startsWith(magic)) return found;
  const image = images.find(([pattern]) => pattern.test(start))?.[1];
  if (image !== undefined) return { unread: `an image (${image})`, advice: 'Save it as PNG or JPEG.' };
  const encoding = markOf(bytes) ?? unmarkedUtf16(bytes);
  if (encoding === undefined && isBinary(bytes)) {
    const ending = endingOf(name);
    return {
      unread: ending === '' ? 'a binary file' : `a binary file (${ending})`,
      advice: 'Convert it to text first.',
    };
  }
  const kind = kindOfText(decodeText(bytes.subarray(0, startBytes), encoding), name);
  if (kind === 'eml' && start.startsWith('From ') && secondMail.test(latin1(bytes))) {
    return { unread: 'a mailbox with several mails (mbox)', advice: 'Save each of them as .eml.' };
  }
  return { kind };
}

function isPdf(bytes: Uint8Array, start: string): boolean {
  const at = start.slice(0, beforePdf).search(/%PDF-\d/);
  if (at <= 0) return at === 0;
  // A text about PDFs may have the header in it, and has not the end.
  const end = latin1(bytes.subarray(-2_048));
  return /startxref|%%EOF/.test(end);
}

async function inArchive(bytes: Uint8Array): Promise<Detected> {
  let archive: Archive;
  try {
    archive = await Archive.open(bytes);
  } catch (error) {
    return { unread: `a damaged ZIP archive (${(error as Error).message})`, advice: 'Save the document anew.' };
  }
  const type = archive.has('mimetype') ? (await archive.read('mimetype').catch(() => '')).toString() : '';
  for (const [pattern, found] of mediaTypes) if (pattern.test(type.trim())) return found;
  for (const [pattern, found] of members) if (archive.named(pattern).length > 0) return found;
  return { unread: 'a ZIP archive', advice: 'Unpack it first.' };
}

/** The names of streams stand in a compound file as UTF-16, each ended by a zero. */
function inCompound(bytes: Uint8Array): Detected {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const [name, found] of streams) if (buffer.includes(Buffer.from(`${name}\0`, 'utf16le'))) return found;
  return { unread: 'a compound file of Office 97 to 2003', advice: 'Save it in a newer format.' };
}

/** Elements that HTML begins with, as browsers have it (MIME Sniffing, 7.1). */
const documentTags = /^(?:<!doctype html|<(?:html|head|body|title|frameset)[\s>])/i;
const fragmentTags = /^<(h[1-6]|div|table|p|ul|ol|section|article|script|style|iframe|font|a|b|br|span)[\s>/]/i;

function kindOfText(start: string, name: string): DocumentKind {
  const named = readerOf(name);
  const ending = endingOf(name);
  const first = start.replace(/^\uFEFF/, '').replace(/^(?:\s+|<!--[^]*?-->)+/, '');
  const body = first.replace(/^<\?xml[^]*?\?>(?:\s+|<!--[^]*?-->|<\?[^]*?\?>)*/, '');
  if (documentTags.test(body)) return 'html';
  if (named === 'html') return 'html';
  if (first.startsWith('<?xml')) return 'xml';
  // Markdown may begin with a tag; nothing without a name and with its end in it does.
  const tag = ['', '.txt', '.text'].includes(ending) ? fragmentTags.exec(body)?.[1] : undefined;
  if (tag !== undefined && (tag === 'br' || body.toLowerCase().includes(`</${tag.toLowerCase()}>`))) return 'html';
  if (isMessage(first, named === 'eml')) return 'eml';
  if (named === 'json' || named === 'csv' || named === 'xml') return named;
  return named === 'by content' && isJson(start) ? 'json' : 'text';
}

/** A block of header fields with those that every message has (RFC 5322, 3.6), before an empty line. */
function isMessage(start: string, isNamed: boolean): boolean {
  const lines = start.replace(/^From \S+@?.*\r?\n/, '').split(/\r?\n/);
  const end = lines.indexOf('');
  const block = end === -1 ? lines : lines.slice(0, end);
  const names = new Set<string>();
  for (const line of block) {
    const field = /^([!-9;-~]+)[ \t]*:/.exec(line)?.[1];
    if (field !== undefined) names.add(field.toLowerCase());
    else if (!/^[ \t]/.test(line)) return false;
  }
  if (isNamed) return names.size > 0;
  const has = (name: string) => names.has(name);
  return end > 0 && has('from') && ['date', 'message-id', 'mime-version', 'received'].filter(has).length > 1;
}

/** JSON as a whole, or line by line; what is longer than the part that is looked at is known by its first lines. */
function isJson(start: string): boolean {
  const text = start.replace(/^\uFEFF/, '').trim();
  if (!/^[[{]\s*["[\]{}\d]/.test(text)) return false;
  const [line = ''] = text.split('\n');
  return [text, line].some((each) => {
    try {
      JSON.parse(each);
      return true;
    } catch {
      return false;
    }
  });
}
