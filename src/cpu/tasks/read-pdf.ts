import { fileURLToPath } from 'node:url';

import { addedBy } from '../pdf/annotations.js';
import type { Annotation } from '../pdf/annotations.js';
import type { Block } from '../pdf/columns.js';
import { joinPages } from '../pdf/join-pages.js';
import type { PdfText } from '../pdf/join-pages.js';
import { blocksOfPage } from '../pdf/page-blocks.js';
import type { TextItem } from '../pdf/piece.js';
import { taggedCells } from '../pdf/tagged-cells.js';
import type { StructureNode, TaggedCell } from '../pdf/tagged-cells.js';

/** Predefined CMaps, which say what the codes of Chinese, Japanese and Korean fonts mean; the build puts them there. */
const cMaps = fileURLToPath(new URL('../../../cmaps/', import.meta.url));

/** Most characters of a document's text layer, in UTF-16 code units: three times what a model reads at once. */
const mostCharacters = 20_000_000;

/**
 * Reads the text layer of a PDF with the values of its forms and what is written on its pages, by PDF.js as unpdf has it.
 *
 * @throws Error where the document is damaged, encrypted or too large
 */
export async function readPdf({ bytes }: { bytes: Uint8Array }): Promise<PdfText> {
  const { getDocumentProxy } = await import('unpdf');
  // PDF.js takes the bytes away, and refuses a Buffer.
  const document = await getDocumentProxy(new Uint8Array(bytes), {
    verbosity: 0,
    cMapUrl: cMaps,
    cMapPacked: true,
    stopAtErrors: false,
  }).catch((error: Error) => {
    throw readable(error);
  });
  try {
    const pages: Block[][] = [];
    const shown = new Set<string>();
    let characters = 0;
    for (let number = 1; number <= document.numPages; number += 1) {
      const page = await document.getPage(number);
      const cells = taggedCells((await page.getStructTree()) as StructureNode | null);
      const { items, styles } = await page.getTextContent({ includeMarkedContent: cells.size > 0 });
      const annotations = (await page.getAnnotations()) as Annotation[];
      for (const { id } of annotations) shown.add(id);
      const texts = textsOf(items, cells);
      characters += texts.reduce((sum, { str }) => sum + str.length, 0);
      if (characters > mostCharacters) {
        throw new Error(`Expected at most ${mostCharacters} characters of text, got more on ${number} pages.`);
      }
      pages.push(
        blocksOfPage({
          items: texts,
          annotations,
          toPage: page.getViewport({ scale: 1 }).transform as number[],
          verticalFonts: new Set(Object.keys(styles).filter((name) => styles[name]?.vertical === true)),
        }),
      );
      page.cleanup();
    }
    const fields = (await document.getFieldObjects()) as Record<string, FieldObject[]> | null;
    return joinPages(pages, fieldsElsewhere(fields ?? {}, shown));
  } finally {
    await document.destroy();
  }
}

/** Marks around the texts of a page say which cell of a table they are in. */
function textsOf(
  items: readonly (TextItem | { type: string; id?: string })[],
  cells: ReadonlyMap<string, TaggedCell>,
): TextItem[] {
  const open: (TaggedCell | undefined)[] = [];
  return items.flatMap((item) => {
    if ('str' in item) {
      const tagged = open.findLast((cell) => cell !== undefined);
      return [tagged === undefined ? item : { ...item, tagged }];
    }
    if (item.type === 'endMarkedContent') open.pop();
    else open.push(cells.get(item.id ?? ''));
    return [];
  });
}

/** What PDF.js says of a field that a script could change. */
interface FieldObject {
  id: string;
  name?: string;
  value?: unknown;
  type?: string;
  password?: boolean;
  hidden?: boolean;
}

/** Values of fields that stand on no page. */
function fieldsElsewhere(fields: Readonly<Record<string, FieldObject[]>>, shown: ReadonlySet<string>): string[] {
  return Object.values(fields).flatMap((objects) => {
    if (objects.some(({ id }) => shown.has(id))) return [];
    const { id = '', name = '', value, type, password = false, hidden = false } = objects[0] ?? {};
    if (!['text', 'combobox', 'listbox'].includes(type ?? '')) return [];
    return (
      addedBy({
        id,
        subtype: 'Widget',
        rect: [],
        fieldType: 'Tx',
        fieldName: name,
        fieldValue: value,
        password,
        hidden,
      })?.text ?? []
    );
  });
}

function readable(error: Error): Error {
  if (error.name === 'PasswordException') return new Error('It is encrypted, and can be read with its password only.');
  return new Error(`It is damaged, or no PDF. ${error.message}`);
}
