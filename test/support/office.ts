import { strToU8, zipSync } from 'fflate';

const types = 'http://schemas.openxmlformats.org';
const w = `${types}/wordprocessingml/2006/main`;

/** A ZIP archive of texts by their names, in their order. */
export function zipOf(parts: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const files = Object.entries(parts).map(([name, part]): [string, Uint8Array] => [
    name,
    typeof part === 'string' ? strToU8(part) : part,
  ]);
  return Buffer.from(zipSync(Object.fromEntries(files)));
}

/** Relationships of a part: id, end of the type, target; those with `External` are addresses. */
export function relationships(all: readonly (readonly [id: string, type: string, target: string])[]): string {
  const rows = all.map(([id, type, target]) => {
    const mode = /^[a-z]+:/.test(target) ? ' TargetMode="External"' : '';
    return `<Relationship Id="${id}" Type="${types}/officeDocument/2006/relationships/${type}" Target="${target}"${mode}/>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="${types}/package/2006/relationships">${rows.join('')}</Relationships>`;
}

const contentTypes = `<?xml version="1.0"?><Types xmlns="${types}/package/2006/content-types"/>`;

/** A Word document. @param more other parts, such as `styles`, with what stands in their root */
export function docxOf(
  body: string,
  more: Readonly<Record<string, string>> = {},
  links: readonly (readonly [id: string, type: string, target: string])[] = [],
): Buffer {
  const names = Object.keys(more);
  const space = `xmlns:w="${w}" xmlns:r="${types}/officeDocument/2006/relationships" xmlns:m="${types}/officeDocument/2006/math" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"`;
  const roots: Readonly<Record<string, string>> = { header: 'hdr', footer: 'ftr' };
  return zipOf({
    '[Content_Types].xml': contentTypes,
    '_rels/.rels': relationships([['rId1', 'officeDocument', 'word/document.xml']]),
    'word/_rels/document.xml.rels': relationships([
      ...names.map((name, at): [string, string, string] => [`p${at}`, name, `${name}.xml`]),
      ...links,
    ]),
    'word/document.xml': `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document ${space}><w:body>${body}</w:body></w:document>`,
    ...Object.fromEntries(
      names.map((name) => [
        `word/${name}.xml`,
        `<w:${roots[name] ?? name} ${space}>${more[name]}</w:${roots[name] ?? name}>`,
      ]),
    ),
  });
}

/** A paragraph of Word. @param properties what stands in its `w:pPr` */
export function p(text: string, properties = ''): string {
  const inner = text.startsWith('<') ? text : `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`;
  return `<w:p>${properties === '' ? '' : `<w:pPr>${properties}</w:pPr>`}${inner}</w:p>`;
}
