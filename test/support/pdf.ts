/** Objects of a PDF, the first of them its catalogue. */
export type PdfObjects = readonly (string | undefined)[];

const usual = '/Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding';

/** A PDF of one page with one line of text. */
export function pdfOf(line: string): Buffer {
  return pdfOfPages([{ content: line === '' ? '' : text(line, 72, 700) }]);
}

/** Operators that write a line. Coordinates are from the lower left corner of a page of 612 × 792. */
export function text(line: string, x: number, y: number, { size = 12, font = 'F1' } = {}): string {
  const string = line.startsWith('<') ? line : `(${line.replaceAll(/[()\\]/g, String.raw`\$&`)})`;
  return `BT /${font} ${size} Tf ${x} ${y} Td ${string} Tj ET`;
}

/** A page of a PDF: what is drawn, its annotations, and more of its dictionary. */
export interface PdfPage {
  content: string;
  annotations?: readonly string[];
  more?: string;
}

/** A page of one line; without one it has no text, as a scan has none. */
function pageOf(line: string | undefined): PdfPage {
  return { content: line === undefined ? '0 0 m 612 792 l S' : text(line, 72, 700) };
}

/** @param extra `fonts` by name; `objects` that are referred to from number 100 on; `catalogue` and `trailer` have more of them */
export function pdfOfPages(
  given: readonly (PdfPage | string | undefined)[],
  extra: {
    fonts?: Readonly<Record<string, string>>;
    objects?: readonly string[];
    catalogue?: string;
    trailer?: string;
  } = {},
): Buffer {
  const pages = given.map((page) => (typeof page === 'object' ? page : pageOf(page)));
  const { objects: others = [], catalogue = '', trailer = '' } = extra;
  const fonts = Object.entries({ F1: `<< ${usual} >>`, ...extra.fonts }).map(([name, font]) => `/${name} ${font}`);
  const objects: (string | undefined)[] = [
    `<< /Type /Catalog /Pages 2 0 R ${catalogue} >>`,
    `<< /Type /Pages /Kids [${pages.map((_, at) => `${3 + 2 * at} 0 R`).join(' ')}] /Count ${pages.length} >>`,
  ];
  for (const [at, { content, annotations = [], more = '' }] of pages.entries()) {
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${4 + 2 * at} 0 R ` +
        `/Resources << /Font << ${fonts.join(' ')} >> >> /Annots [${annotations.join(' ')}] ${more} >>`,
      `<< /Length ${Buffer.byteLength(content)} >>\nstream\n${content}\nendstream`,
    );
  }
  if (others.length > 0 && objects.length > 99) throw new Error('The numbers from 100 on are for other objects.');
  while (others.length > 0 && objects.length < 99) objects.push(undefined);
  return pdfFile([...objects, ...others], trailer);
}

function pdfFile(objects: PdfObjects, trailer: string): Buffer {
  let file = '%PDF-1.7\n';
  const places = objects.map((object, at) => {
    const place = file.length;
    if (object !== undefined) file += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return object === undefined ? '0000000000 00000 f ' : `${String(place).padStart(10, '0')} 00000 n `;
  });
  const start = file.length;
  const size = objects.length + 1;
  file += `xref\n0 ${size}\n0000000000 65535 f \n${places.map((place) => `${place}\n`).join('')}`;
  return Buffer.from(
    `${file}trailer\n<< /Size ${size} /Root 1 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`,
    'latin1',
  );
}
