import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';

import { Archive, detect } from '../../src/files/index.js';
import { docxOf, p, zipOf } from '../support/office.js';
import { pdfOf } from '../support/pdf.js';

const kind = async (content: string | Uint8Array, name = '') => {
  const found = await detect(typeof content === 'string' ? Buffer.from(content) : content, name);
  return 'kind' in found ? found.kind : found.unread;
};

const docx = docxOf(p('Hello.'));
const mail =
  'Received: from x\r\nFrom: a@example.org\r\nDate: Mon, 4 Mar 2024 10:00:00 +0100\r\nSubject: Hi\r\n\r\nHello.';

describe('a document is what its content says', () => {
  it.each([
    ['PDF without a name', pdfOf('Hello.'), '', 'pdf'],
    ['PDF with bytes before its header', Buffer.concat([Buffer.from('\r\n'), pdfOf('Hello.')]), 'a.txt', 'pdf'],
    ['text about PDF', 'A PDF begins with %PDF-1.7, as is known.', '', 'text'],
    ['DOCX called .doc', docx, 'a.doc', 'docx'],
    ['DOCX called .zip', docx, 'a.zip', 'docx'],
    ['workbook', zipOf({ '[Content_Types].xml': '', 'xl/workbook.xml': '<a/>' }), '', 'xlsx'],
    ['presentation', zipOf({ '[Content_Types].xml': '', 'ppt/presentation.xml': '<a/>' }), '', 'pptx'],
    ['EPUB', zipOf({ mimetype: 'application/epub+zip' }), 'a.bin', 'epub'],
    ['EPUB without its type', zipOf({ 'META-INF/container.xml': '<a/>' }), '', 'epub'],
    ['OpenDocument', zipOf({ mimetype: 'application/vnd.oasis.opendocument.text-template' }), '', 'odt'],
    ['HTML called .txt', '\uFEFF<!-- saved -->\n<!DOCTYPE html><p>x', 'a.txt', 'html'],
    ['HTML without a name', '<html><p>Hello</p></html>', '', 'html'],
    ['a piece of HTML', '<p>Hello</p>', '', 'html'],
    ['XHTML', '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x"><html/>', '', 'html'],
    ['HTML that Excel takes for a workbook', '<html xmlns:x="urn"><table/></html>', 'a.xls', 'html'],
    ['Markdown that begins with a tag', '<p align="center">x</p>\n\n# Title', 'README.md', 'text'],
    ['text with a sign', '<3 of all', '', 'text'],
    ['XML', '<?xml version="1.0"?><feed/>', 'a.txt', 'xml'],
    ['mail without a name', mail, '', 'eml'],
    ['mail of a mailbox', `From a@example.org Mon Mar 4\n${mail}`, '', 'eml'],
    ['text with a colon', 'Note: this\nand that\n\nMore.', '', 'text'],
    ['a memo', 'From: Ann\nTo: Bob\n\nHello.', 'memo.txt', 'text'],
    ['JSON without a name', '{"a": 1}', '', 'json'],
    ['JSON Lines without a name', '{"a": 1}\n{"a": 2}\n', '', 'json'],
    ['UTF-16', Buffer.from('\uFEFFGrüße', 'utf16le'), 'a.txt', 'text'],
    ['UTF-16 without a mark', Buffer.from('All good things come to an end.', 'utf16le'), '', 'text'],
    ['HTML in UTF-16', Buffer.from('\uFEFF<html><p>x', 'utf16le'), '', 'html'],
    ['CSV', 'a;b\n1;2', 'a.csv', 'csv'],
  ])('%s', async (_, content, name, expected) => {
    expect(await kind(content, name)).toBe(expected);
  });

  it.each([
    ['WordDocument', 'a document of Word 97 to 2003 (.doc)'],
    ['Workbook', 'a workbook of Excel 97 to 2003 (.xls)'],
    ['PowerPoint Document', 'a presentation of PowerPoint 97 to 2003 (.ppt)'],
    ['__properties_version1.0', 'a message of Outlook (.msg)'],
    ['EncryptedPackage', 'an Office document that is locked with a password'],
  ])('and is refused by its name where nothing reads it: %s', async (stream, expected) => {
    const start = Buffer.from('d0cf11e0a1b11ae1', 'hex');
    expect(await kind(Buffer.concat([start, Buffer.alloc(504), Buffer.from(`${stream}\0`, 'utf16le')]))).toBe(expected);
  });

  it.each([
    ['{\\rtf1 hello}', 'an RTF document'],
    [zipOf({ 'a.txt': 'x' }), 'a ZIP archive'],
    [zipOf({ 'xl/workbook.bin': 'x' }), 'a binary workbook (.xlsb)'],
    [zipOf({ 'Index/Document.iwa': 'x' }), 'a document of Pages, Numbers or Keynote'],
    [Buffer.from([0, 1, 2, 3, 4, 5]), 'a binary file'],
    [Buffer.concat([Buffer.from('BM6\xf9\x15\0\0\0\0\0', 'latin1'), Buffer.alloc(9_000, 255)]), 'an image (BMP)'],
    [Buffer.concat([Buffer.from('II*\0', 'latin1'), Buffer.alloc(9_000, 255)]), 'an image (TIFF)'],
    [Buffer.concat([Buffer.from('\0\0\0 ftypheic', 'latin1'), Buffer.alloc(9_000, 255)]), 'an image (HEIC)'],
    [
      `From a@example.org Mon Mar  4 10:00:00 2024\n${mail}\n\nFrom b@example.org Tue Mar  5 10:00:00 2024\n${mail}`,
      'a mailbox with several mails (mbox)',
    ],
    [docx.subarray(0, 200), expect.stringContaining('a damaged ZIP archive')],
  ])('and so are others', async (content, expected) => {
    expect(await kind(content)).toEqual(expected);
  });
});

describe('an archive', () => {
  it('is refused where a part is not what was written', async () => {
    const parts = { a: 'The fee is 100 euros.' };
    const bytes = Buffer.from(zipSync({ a: [strToU8(parts.a), { level: 0 }] }));
    bytes[bytes.indexOf('100')] = 0x39;
    await expect((await Archive.open(bytes)).read('a')).rejects.toThrow('Its part `a` is damaged');
  });

  it('is not inflated beyond its bound, which the error quotes', async () => {
    const archive = await Archive.open(zipOf({ a: 'x'.repeat(600_000), b: 'x'.repeat(600_000) }), 1_048_576);
    expect((await archive.read('a')).length).toBe(600_000);
    await expect(archive.read('b')).rejects.toThrow('Expected at most 1.0 MB when inflated, got at least 1.1 MB');
  });

  it('is not inflated beyond what its headers say', async () => {
    const bytes = zipOf({ a: 'x'.repeat(600_000) });
    const size = Buffer.alloc(4);
    size.writeUInt32LE(600_000);
    for (let at = bytes.indexOf(size); at !== -1; at = bytes.indexOf(size, at + 1)) bytes.writeUInt32LE(10, at);
    const archive = await Archive.open(bytes);
    await expect(archive.read('a')).rejects.toThrow(/too many bytes/);
  });
});
