import { describe, expect, it } from 'vitest';

import { takeApart } from '../../../src/cpu/tasks/take-apart.js';
import type { ApartKind } from '../../../src/cpu/tasks/take-apart.js';
import { relationships, zipOf } from '../../support/office.js';

const read = (kind: ApartKind, bytes: Uint8Array) => takeApart({ kind, bytes });

const slideSpace =
  'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';

const shape = (place: string, ...paragraphs: readonly string[]) =>
  `<p:sp><p:nvSpPr><p:cNvPr id="1" name="x"/><p:nvPr>${place}</p:nvPr></p:nvSpPr><p:txBody>${paragraphs.map((text) => (text.startsWith('<') ? text : `<a:p><a:r><a:t>${text}</a:t></a:r></a:p>`)).join('')}</p:txBody></p:sp>`;

const slide = (name: string, shapes: string, attributes = '') =>
  `<p:${name} ${slideSpace}${attributes}><p:cSld><p:spTree>${shapes}</p:spTree></p:cSld></p:${name}>`;

it('PPTX: slides in the order of the show, with their titles, lists, tables and notes', async () => {
  const bytes = zipOf({
    '[Content_Types].xml': '<Types/>',
    '_rels/.rels': relationships([['rId1', 'officeDocument', 'ppt/presentation.xml']]),
    'ppt/presentation.xml': `<p:presentation ${slideSpace}><p:sldIdLst><p:sldId id="256" r:id="b"/><p:sldId id="257" r:id="a"/></p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relationships([
      ['a', 'slide', 'slides/slide1.xml'],
      ['b', 'slide', 'slides/slide2.xml'],
    ]),
    'ppt/slides/slide1.xml': slide('sld', shape('<p:ph type="title"/>', 'Spare'), ' show="0"'),
    'ppt/slides/slide2.xml': slide(
      'sld',
      `${shape('<p:ph type="sldNum"/>', '7')}${shape('<p:ph idx="1"/>', 'First', '<a:p><a:pPr lvl="1"/><a:r><a:t>Deeper</a:t></a:r></a:p>')}${shape('<p:ph type="ctrTitle"/>', 'The plan')}<p:graphicFrame><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>Key</a:t></a:r></a:p></a:txBody></a:tc></a:tr><a:tr><a:tc><a:txBody><a:p><a:r><a:t>12</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>`,
    ),
    'ppt/slides/_rels/slide2.xml.rels': relationships([['n', 'notesSlide', '../notesSlides/notesSlide1.xml']]),
    'ppt/notesSlides/notesSlide1.xml': slide('notes', shape('<p:ph type="body" idx="1"/>', 'Say hello.')),
  });
  expect(await read('pptx', bytes)).toBe(
    '## Slide 1: The plan\n\n- First\n   - Deeper\n\n| Key |\n| --- |\n| 12 |\n\nNotes: Say hello.\n\n## Slide 2 (hidden): Spare',
  );
});

it('PPTX: numbers of lists, what is raised and struck out, and comments of today', async () => {
  const run = (text: string, attributes = '') => `<a:r><a:rPr${attributes}/><a:t>${text}</a:t></a:r>`;
  const numbered = (text: string, scheme: string, more = '') =>
    `<a:p><a:pPr><a:buAutoNum type="${scheme}"${more}/></a:pPr>${run(text)}</a:p>`;
  const digit = (place: string, text: string) => `<m:${place}><m:r><m:t>${text}</m:t></m:r></m:${place}>`;
  const half = `<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:f>${digit('num', '1')}${digit('den', '2')}</m:f></m:oMath>`;
  const bytes = zipOf({
    '[Content_Types].xml': '<Types/>',
    '_rels/.rels': relationships([['rId1', 'officeDocument', 'ppt/presentation.xml']]),
    'ppt/presentation.xml': `<p:presentation ${slideSpace}><p:sldIdLst><p:sldId id="256" r:id="a"/></p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relationships([['a', 'slide', 'slides/slide1.xml']]),
    'ppt/slides/slide1.xml': slide(
      'sld',
      shape('', numbered('one', 'arabicPeriod', ' startAt="3"'), numbered('two', 'arabicPeriod', ' startAt="3"')) +
        shape('', numbered('x', 'alphaUcParenBoth')) +
        shape(
          '',
          `<a:p>${run('Take 3')}<mc:AlternateContent><mc:Choice><a14:m>${half}</a14:m></mc:Choice></mc:AlternateContent></a:p>`,
        ) +
        shape('', `<a:p>${run('10')}${run('6', ' baseline="30000"')}${run(' old', ' strike="sngStrike"')}</a:p>`),
    ),
    'ppt/slides/_rels/slide1.xml.rels': relationships([['c', 'comments', '../comments/c.xml']]),
    'ppt/comments/c.xml': `<p188:cmLst xmlns:p188="http://schemas.microsoft.com/office/powerpoint/2018/8/main" ${slideSpace}><p188:cm><p188:txBody><a:p><a:r><a:t>Why?</a:t></a:r></a:p></p188:txBody></p188:cm></p188:cmLst>`,
  });
  expect(await read('pptx', bytes)).toBe(
    '## Slide 1\n\n3. one\n4. two\n\n(A) x\n\nTake 3 1/2\n\n10⁶ ~~old~~\n\nComments:\n\n- Why?',
  );
});

describe('EPUB', () => {
  const book = (more: Readonly<Record<string, string>> = {}) =>
    zipOf({
      mimetype: 'application/epub+zip',
      'META-INF/container.xml':
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
      'OEBPS/book.opf':
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Walks</dc:title><dc:creator>Ann Lee</dc:creator></metadata><manifest><item id="one" href="a%20b.xhtml" media-type="application/xhtml+xml"/><item id="two" href="two.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="two"/><itemref idref="one"/></spine></package>',
      'OEBPS/a b.xhtml':
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body><p>It ends.</p></body></html>',
      'OEBPS/two.xhtml':
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>It <a id="x"/>begins.</p></body></html>',
      ...more,
    });

  it('has its chapters in the order of its spine, whatever they are called', async () => {
    expect(await read('epub', book())).toBe('# Walks\n\nBy Ann Lee\n\nIt begins.\n\nIt ends.');
  });

  it('has the numbers of notes, and those that it keeps for readers to show', async () => {
    const chapter = (inner: string) =>
      `<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>${inner}</body></html>`;
    const reference = (number: number) => `<a epub:type="noteref" href="#n${number}">${number}</a>`;
    const note = (number: number, more = '') =>
      `<aside epub:type="footnote" id="n${number}" ${more}><p>${number === 2 ? '2. ' : ''}Note.</p></aside>`;
    const inner = `<p>Old.${reference(1)} New.${reference(2)}<sup>${reference(3)}</sup></p>${note(1)}${note(2)}${note(3, 'hidden="hidden"')}`;
    expect(await read('epub', book({ 'OEBPS/two.xhtml': chapter(inner) }))).toContain(
      'Old.¹ New.²³\n\n¹ Note.\n\n2. Note.\n\n³ Note.',
    );
  });

  it.each([
    ['1', '1984 was printed in London.', '¹ 1984 was printed in London.'],
    ['3', '3.5 per cent of them.', '³ 3.5 per cent of them.'],
    ['1', '1st of May.', '¹ 1st of May.'],
    ['a', 'about it.', 'a about it.'],
    ['2', '<a href="#r">2</a>Note.', '2Note.'],
  ])('has the number of note %s, which begins like it: %s', async (number, text, expected) => {
    const chapter = `<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body><p>Old.<a epub:type="noteref" href="#n">${number}</a></p><aside epub:type="footnote" id="n"><p>${text}</p></aside></body></html>`;
    expect(await read('epub', book({ 'OEBPS/two.xhtml': chapter }))).toContain(expected);
  });

  it('is refused where its chapters are locked', async () => {
    const locked =
      '<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:CipherData><enc:CipherReference URI="OEBPS/two.xhtml"/></enc:CipherData></enc:EncryptedData></encryption>';
    await expect(read('epub', book({ 'META-INF/encryption.xml': locked }))).rejects.toThrow('locked');
  });
});

describe('mail', () => {
  it('has its fields decoded, its plain text rather than its HTML, and the names of what is attached', async () => {
    const mail = [
      'From: =?iso-8859-1?Q?J=F6rg?= <joerg@example.org>',
      'To: ann@example.org',
      'Subject: =?utf-8?B?UHJlaXMgMTAg4oKs?=',
      'Date: Mon, 4 Mar 2024 10:00:00 +0100',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary="m"',
      '',
      '--m',
      'Content-Type: multipart/alternative; boundary="a"',
      '',
      '--a',
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Gr=FC=DFe, der Preis ist =',
      'zehn Euro.',
      '--a',
      'Content-Type: text/html',
      '',
      '<p>Not this</p>',
      '--a--',
      '--m',
      'Content-Type: application/pdf; name="offer.pdf"',
      'Content-Disposition: attachment; filename="offer.pdf"',
      'Content-Transfer-Encoding: base64',
      '',
      'AAAA',
      '--m--',
      '',
    ].join('\r\n');
    expect(await read('eml', Buffer.from(mail))).toBe(
      'From: Jörg <joerg@example.org>\nTo: ann@example.org\nDate: 2024-03-04T09:00:00.000Z\nSubject: Preis 10 €\n\nGrüße, der Preis ist zehn Euro.\n\nAttachments:\n- offer.pdf (application/pdf, 3 bytes)',
    );
  });

  it('has its flowed lines in one, those of quotations too, and quotation marks of Windows', async () => {
    const head = 'From: a@example.org\r\nContent-Type: text/plain; charset=windows-1252; format=flowed\r\n\r\n';
    const body =
      'It \x93goes \r\non\x94.\r\n> quoted text \r\n> goes on.\r\n>> deeper \r\n-- \r\nAnn says format=flowed';
    expect(await read('eml', Buffer.from(head + body, 'latin1'))).toBe(
      'From: a@example.org\n\nIt “goes on”.\n> quoted text goes on.\n>> deeper\n-- \nAnn says format=flowed',
    );
  });

  it('of HTML alone is the text of that', async () => {
    const mail =
      'From: a@example.org\r\nDate: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Only <b>this</b>.</p><script>no()</script>';
    const text = await read('eml', Buffer.from(mail));
    expect(text).toMatch(/Only \**this\**\./);
    expect(text).not.toContain('no()');
  });
});

describe('mail with others in it', () => {
  const multipart = (type: string, ...parts: readonly string[]) =>
    `From: a@example.org\r\nDate: x\r\nMIME-Version: 1.0\r\nContent-Type: ${type}; boundary=m\r\n\r\n${parts.map((part) => `--m\r\n${part}\r\n`).join('')}--m--\r\n`;

  it('has the text of one that is forwarded', async () => {
    const inner = 'Content-Type: message/rfc822\r\n\r\nFrom: b@example.org\r\nSubject: Inner\r\n\r\nThe inner text.';
    const text = await read('eml', Buffer.from(multipart('multipart/mixed', '\r\nSee below.', inner)));
    expect(text).toMatch(/See below\.[^]*Subject: Inner[^]*The inner text\./);
  });

  it('has the dates of those that are forwarded in UTC', async () => {
    const date = (hour: number) => `Date: Mon, 4 Mar 2024 ${hour}:00:00 +0100\r\n`;
    const forward = (...parts: readonly string[]) =>
      parts.join('Content-Type: message/rfc822\r\n\r\nFrom: b@example.org\r\n');
    const deep = forward('', `${date(11)}`, `${date(12)}\r\nDeep.`);
    const text = await read('eml', Buffer.from(multipart('multipart/mixed', '\r\nSee below.', deep)));
    expect(text).toMatch(/Date: +2024-03-04T10:00:00\.000Z[^]*Date: +2024-03-04T11:00:00\.000Z[^]*Deep/);
    const html = forward('', `${date(11)}Content-Type: text/html\r\n\r\n<p>Shown.</p>`);
    expect(await read('eml', Buffer.from(multipart('multipart/mixed', html)))).toContain('2024-03-04T10:00:00.000Z');
    expect(text).not.toContain('3/4/2024');
  });

  it('names what is attached without a name, or with a Content-ID, and is no picture of the text', async () => {
    const parts = [
      'Content-Type: text/plain\r\n\r\nCome at nine.',
      'Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR',
      'Content-Type: application/pdf; name=offer.pdf\r\nContent-ID: <1@example.org>\r\n\r\nx',
      'Content-Type: image/png; name=logo.png\r\nContent-ID: <2@example.org>\r\n\r\nx',
    ];
    expect(await read('eml', Buffer.from(multipart('multipart/related', ...parts)))).toMatch(
      /Come at nine\.\n\nAttachments:\n- without a name \(text\/calendar, 30 bytes\)\n- offer\.pdf \(application\/pdf, 2 bytes\)$/,
    );
  });

  it('is read where it is a saved page, without the names of its pictures', async () => {
    const page = 'Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>Saved=20page</p>';
    const picture = 'Content-Type: image/png\r\nContent-Location: https://example.org/a.png\r\n\r\nx';
    const text = await read('eml', Buffer.from(multipart('multipart/related', page, picture)));
    expect(text).toMatch(/Saved page$/);
  });
});

describe('OpenDocument', () => {
  const ns = ['office', 'text', 'table', 'style', 'presentation']
    .map((name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`)
    .join(' ');
  const odf = (kind: string, body: string, styles = '') =>
    zipOf({
      mimetype: `application/vnd.oasis.opendocument.${kind}`,
      'content.xml': `<office:document-content ${ns} xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"><office:automatic-styles>${styles}</office:automatic-styles><office:body><office:${kind}>${body}</office:${kind}></office:body></office:document-content>`,
    });

  it('texts have headings, lists, notes, comments and no deleted text', async () => {
    const bytes = odf(
      'text',
      '<text:tracked-changes><text:changed-region><text:deletion><text:p>gone</text:p></text:deletion></text:changed-region></text:tracked-changes><text:h text:outline-level="2">Scope</text:h><text:list text:style-name="L1"><text:list-item><text:p>one</text:p></text:list-item><text:list-item><text:p>two</text:p><text:list><text:list-item><text:p>deep</text:p></text:list-item></text:list></text:list-item></text:list><text:p>See <text:a xlink:href="https://example.org/">there</text:a><text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>In Bern.</text:p></text:note-body></text:note><office:annotation><dc:creator>Ann</dc:creator><text:p>Why?</text:p></office:annotation><text:s text:c="2"/>now.</text:p>',
      '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1"/></text:list-style>',
    );
    expect(await read('odt', bytes)).toBe(
      '## Scope\n\n1. one\n2. two\n   - deep\n\nSee [there](https://example.org/)[^1]  now.\n\n[^1]: In Bern.\n\nComments:\n\n- Ann: Why?',
    );
  });

  it('texts have what is raised and struck out, and lists with their marks that go on', async () => {
    const bytes = odf(
      'text',
      '<text:p>10<text:span text:style-name="Up">6</text:span> <text:span text:style-name="Out">old</text:span></text:p><text:list text:style-name="L1"><text:list-item><text:p>x</text:p></text:list-item></text:list><text:p>between</text:p><text:list text:style-name="L1" text:continue-numbering="true"><text:list-item><text:p>y</text:p></text:list-item></text:list>',
      '<style:style style:name="Up" style:family="text"><style:text-properties style:text-position="super 58%"/></style:style><style:style style:name="Out" style:family="text"><style:text-properties style:text-line-through-style="solid"/></style:style><text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="a" style:num-suffix=")" text:start-value="3"/></text:list-style>',
    );
    expect(await read('odt', bytes)).toBe('10⁶ ~~old~~\n\nc) x\n\nbetween\n\nd) y');
  });

  it('sheets have their cells, dates as dates, and a million repeated empty rows as nothing', async () => {
    const bytes = odf(
      'spreadsheet',
      '<table:table table:name="Sales" table:style-name="t1"><table:table-row><table:table-cell office:value-type="string"><text:p>Day</text:p></table:table-cell><table:table-cell table:number-columns-repeated="2"><text:p>x</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16381"/></table:table-row><table:table-row><table:table-cell office:value-type="date" office:date-value="2024-03-04"><text:p>04.03.24</text:p></table:table-cell></table:table-row><table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>',
      '<style:style style:name="t1" style:family="table"><style:table-properties table:display="false"/></style:style>',
    );
    expect(await read('ods', bytes)).toBe(
      '## Sales (hidden sheet)\n\n| Day | x | x |\n| --- | --- | --- |\n| 2024-03-04 |  |  |',
    );
  });

  it('sheets have the values of cells that no program has written a text for', async () => {
    const cell = (type: string, attributes: string) => `<table:table-cell office:value-type="${type}" ${attributes}/>`;
    const cells = [
      cell('float', 'office:value="3.50"'),
      cell('percentage', 'office:value="0.07"'),
      cell('currency', 'office:value="9.99" office:currency="EUR"'),
      cell('boolean', 'office:boolean-value="true"'),
      cell('time', 'office:time-value="PT13H5M0S"'),
      cell('string', 'office:string-value="said"'),
      cell('float', 'office:value="7" table:formula="of:=[.A1]*2"'),
      '<table:table-cell table:formula="of:=[.A1]*3"/>',
    ];
    const row = `<table:table-row>${cells.join('')}</table:table-row>`;
    expect(await read('ods', odf('spreadsheet', `<table:table table:name="S">${row}</table:table>`))).toBe(
      '## S\n\n| 3.50 | 7% | 9.99 EUR | TRUE | 13:05:00 | said | 7 | =[.A1]*3 |\n| --- | --- | --- | --- | --- | --- | --- | --- |',
    );
  });

  it('presentations have their slides and notes', async () => {
    const frame = (kind: string, text: string) =>
      `<draw:frame presentation:class="${kind}"><draw:text-box><text:p>${text}</text:p></draw:text-box></draw:frame>`;
    const bytes = odf(
      'presentation',
      `<draw:page draw:name="p1">${frame('title', 'Plan')}${frame('outline', 'First')}<presentation:notes>${frame('notes', 'Say hello.')}</presentation:notes></draw:page>`,
    );
    expect(await read('odp', bytes)).toBe('## Slide 1: Plan\n\nFirst\n\nNotes: Say hello.');
  });
});
