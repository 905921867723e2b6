import { describe, expect, it } from 'vitest';

import { takeApart } from '../../../src/cpu/tasks/take-apart.js';
import { docxOf, p, zipOf } from '../../support/office.js';

const read = (...given: Parameters<typeof docxOf>) => takeApart({ kind: 'docx', bytes: docxOf(...given) });

const styles = `<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
  <w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
  <w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
  <w:style w:type="paragraph" w:styleId="Own"><w:name w:val="Own heading"/><w:basedOn w:val="berschrift2"/></w:style>`;

const level = (depth: number, format: string, text: string) =>
  `<w:lvl w:ilvl="${depth}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/></w:lvl>`;

const numbering = `<w:abstractNum w:abstractNumId="7">${level(0, 'decimal', '%1.')}${level(1, 'decimal', '%1.%2')}${level(2, 'lowerLetter', '(%3)')}</w:abstractNum>
  <w:abstractNum w:abstractNumId="8">${level(0, 'bullet', '·')}${level(1, 'bullet', 'o')}</w:abstractNum>
  <w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>
  <w:num w:numId="3"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>`;

const inList = (list: number, depth: number) =>
  `<w:numPr><w:ilvl w:val="${depth}"/><w:numId w:val="${list}"/></w:numPr>`;

describe('a DOCX document', () => {
  it('has headings by the outline, in any language of Word, and clauses with their printed numbers', async () => {
    const text = await read(
      [
        p('Scope', '<w:pStyle w:val="berschrift1"/>'),
        p('Services', '<w:pStyle w:val="berschrift2"/>'),
        p('the first duty', inList(1, 2)),
        p('the second duty', inList(1, 2)),
        p('Fees', '<w:pStyle w:val="Own"/>'),
        p('Term', '<w:pStyle w:val="berschrift1"/>'),
        p('Notice', '<w:pStyle w:val="berschrift2"/>'),
      ].join(''),
      { styles, numbering },
    );
    expect(text).toBe(
      '# 1. Scope\n\n## 1.1 Services\n\n(a) the first duty\n(b) the second duty\n\n## 1.2 Fees\n\n# 2. Term\n\n## 2.1 Notice',
    );
  });

  it('has lists, nested and begun anew', async () => {
    const text = await read(
      p('Fruit', inList(2, 0)) +
        p('Apple', inList(2, 1)) +
        p('Nuts', inList(2, 0)) +
        p('One', inList(3, 0)) +
        p('Two', inList(3, 0)),
      { styles, numbering },
    );
    expect(text).toBe('- Fruit\n   - Apple\n- Nuts\n1. One\n2. Two');
  });

  it('has tables with merged cells, and the text of a table around everything', async () => {
    const cell = (text: string, properties = '') => `<w:tc><w:tcPr>${properties}</w:tcPr>${p(text)}</w:tc>`;
    const text = await read(
      `<w:tbl><w:tr>${cell('Region', '<w:vMerge w:val="restart"/>')}${cell('Sales', '<w:gridSpan w:val="2"/>')}</w:tr>` +
        `<w:tr>${cell('', '<w:vMerge/>')}${cell('Q1')}${cell('a|b')}</w:tr>` +
        `<w:tr><w:trPr><w:del w:id="1"/></w:trPr>${cell('gone')}</w:tr></w:tbl>` +
        `<w:tbl><w:tr><w:tc>${p('Boxed.')}${p('Still boxed.')}</w:tc></w:tr></w:tbl>`,
    );
    expect(text).toBe(
      String.raw`| Region | Sales |  |
| --- | --- | --- |
|  | Q1 | a\|b |

Boxed.

Still boxed.`,
    );
  });

  it('is read with all tracked changes accepted', async () => {
    const text = await read(
      p(
        '<w:r><w:t>Pay in </w:t></w:r><w:del w:id="1"><w:r><w:delText>ten</w:delText></w:r></w:del><w:ins w:id="2"><w:r><w:t>thirty</w:t></w:r></w:ins><w:r><w:t> days</w:t></w:r>',
        '<w:rPr><w:del w:id="3"/></w:rPr>',
      ) +
        p(', in euros.') +
        p('<w:moveFrom w:id="4"><w:r><w:t>Moved.</w:t></w:r></w:moveFrom>') +
        p('<w:moveTo w:id="5"><w:r><w:t>Moved.</w:t></w:r></w:moveTo>'),
    );
    expect(text).toBe('Pay in thirty days, in euros.\n\nMoved.');
  });

  it('has links, notes, comments and the headers of its pages', async () => {
    const text = await read(
      p(
        '<w:hyperlink r:id="x1"><w:r><w:t>the register</w:t></w:r></w:hyperlink><w:r><w:footnoteReference w:id="2"/></w:r>' +
          '<w:commentRangeStart w:id="0"/><w:r><w:t> of firms</w:t></w:r><w:commentRangeEnd w:id="0"/>',
      ) +
        p(
          '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "https://example.org/b" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>by field</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>',
        ),
      {
        footnotes: `<w:footnote w:id="2">${p('Kept in Bern.')}</w:footnote>`,
        comments: `<w:comment w:id="0" w:author="Ann">${p('Which ones?')}</w:comment>`,
        header: p('Draft, not signed'),
        footer: p('3'),
      },
      [['x1', 'hyperlink', 'https://example.org/a']],
    );
    expect(text).toBe(
      '[the register](https://example.org/a)[^1] of firms\n\n[by field](https://example.org/b)\n\n[^1]: Kept in Bern.\n\nComments:\n\n- Ann on “of firms”: Which ones?\n\nPage header: Draft, not signed',
    );
  });

  it('is not followed where it leads outside, and its entities are not expanded', async () => {
    const bytes = zipOf({
      '[Content_Types].xml': '<Types/>',
      'word/document.xml':
        '<!DOCTYPE x [<!ENTITY a "expanded"><!ENTITY b SYSTEM "file:///etc/hostname">]><w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body><w:p><w:r><w:t>Kept &amp; &a;&b;</w:t></w:r></w:p></w:body></w:document>',
    });
    expect(await takeApart({ kind: 'docx', bytes })).toBe('Kept & &a;&b;');
  });

  it('is refused where it is nested too deeply, with the bound', async () => {
    const deep = '<w:sdt><w:sdtContent>'.repeat(600) + p('x') + '</w:sdtContent></w:sdt>'.repeat(600);
    await expect(read(deep)).rejects.toThrow('Expected elements in at most 1000 others, got more.');
  });

  it('loses no formula, sign, raised digit, text box or content control', async () => {
    const text = await read(
      p(
        '<m:oMath><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>',
      ) +
        p(
          '<w:r><w:t>10</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>6</w:t></w:r><w:r><w:t> m</w:t></w:r>',
        ) +
        p(
          '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r><w:r><w:t> agreed</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>',
        ) +
        `<w:sdt><w:sdtContent>${p('Chosen.')}</w:sdtContent></w:sdt>` +
        p(
          `<w:r><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent>${p('In a box.')}</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>${p('In a box.')}</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>`,
        ),
    );
    expect(text).toBe('(a+b)/2\n\n10⁶ m\n\n☑ agreed\n\nChosen.\n\nIn a box.');
  });
});
