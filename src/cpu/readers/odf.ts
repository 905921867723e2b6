import type { Archive } from '../../files/index.js';
import { blocks, oneLine } from './markdown.js';
import { objectsOf } from './odf-objects.js';
import { slidesOf } from './odf-slides.js';
import { OdfStyles } from './odf-styles.js';
import { repeated, rowsOf } from './odf-table.js';
import { OdfText } from './odf-text.js';
import { sheetMarkdown } from './sheet.js';
import { below, childOf, elementsOf, parseXml } from './xml.js';
import type { Element } from './xml.js';

/** Last row and column of a sheet of LibreOffice. */
const [mostRows, mostColumns] = [1_048_576, 16_384];

/** A text, sheet or presentation of OpenDocument (LibreOffice, Google Docs) as Markdown. */
export async function readOdf(archive: Archive): Promise<string> {
  const root = parseXml(await archive.read('content.xml'));
  const stylesPart = await archive.readIfThere('styles.xml');
  const roots = [root, stylesPart && parseXml(stylesPart)];
  const styles = new OdfStyles(roots);
  const body = childOf(root, 'office:body');
  const [text, sheets, slides] = ['text', 'spreadsheet', 'presentation'].map((kind) => childOf(body, `office:${kind}`));
  const texts = new OdfText(styles, await objectsOf(archive, root), slides !== undefined);
  const parts = [
    ...texts.blocksOf(text),
    ...elementsOf(sheets, 'table:table').map((sheet) => sheetOf(sheet, root, texts)),
    ...slidesOf(slides, texts, styles),
  ];
  return blocks([...parts, ...texts.rest(), ...(text === undefined ? [] : marginsOf(roots[1], texts))]);
}

/** Headers and footers of pages once, if they have words: a page's number is nothing that the document says. */
function marginsOf(styles: Element | undefined, texts: OdfText): string[] {
  const lines = [...below(styles, 'style:master-page')].flatMap((page) =>
    elementsOf(page).flatMap((margin) => {
      const [, kind] = /^style:(header|footer)(?:-left|-first)?$/.exec(margin.name) ?? [];
      const said = oneLine(texts.blocksOf(margin).join(' '));
      return kind === undefined || !/\p{L}{2}/u.test(said) ? [] : [`Page ${kind}: ${said}`];
    }),
  );
  return [...new Set(lines)];
}

function sheetOf(sheet: Element, root: Element, texts: OdfText): string {
  const style = [...below(childOf(root, 'office:automatic-styles'), 'style:style')].find(
    ({ attributes }) => attributes['style:name'] === sheet.attributes['table:style-name'],
  );
  const rows = new Map<number, Map<number, string>>();
  const hiddenRows: number[] = [];
  let at = 0;
  for (const row of rowsOf(sheet)) {
    const cells = cellsOf(row, texts);
    for (let copy = 0; cells.size > 0 && copy < repeated(row, 'rows'); copy += 1) {
      rows.set(at + copy, cells);
      if ((row.attributes['table:visibility'] ?? 'visible') !== 'visible') hiddenRows.push(at + copy);
    }
    at = Math.min(mostRows, at + Number(row.attributes['table:number-rows-repeated'] ?? 1));
  }
  return sheetMarkdown({
    name: sheet.attributes['table:name'] ?? 'Sheet',
    isHidden: childOf(style, 'style:table-properties')?.attributes['table:display'] === 'false',
    rows,
    hiddenRows,
    hiddenColumns: hiddenColumnsOf(sheet, rows),
    notes: texts.blocksOf(childOf(sheet, 'table:shapes')),
  });
}

/** Hidden columns that have something, in groups too. */
function hiddenColumnsOf(sheet: Element, rows: ReadonlyMap<number, ReadonlyMap<number, string>>): number[] {
  const written = new Set([...rows.values()].flatMap((cells) => [...cells.keys()]));
  const hidden: number[] = [];
  let at = 0;
  for (const column of below(sheet, 'table:table-column')) {
    const next = Math.min(mostColumns, at + Number(column.attributes['table:number-columns-repeated'] ?? 1));
    const isHidden = (column.attributes['table:visibility'] ?? 'visible') !== 'visible';
    for (; at < next; at += 1) if (isHidden && written.has(at)) hidden.push(at);
  }
  return hidden;
}

function cellsOf(row: Element, texts: OdfText): Map<number, string> {
  const cells = new Map<number, string>();
  let at = 0;
  for (const cell of elementsOf(row, 'table:table-cell', 'table:covered-table-cell')) {
    const text = textOfCell(cell, texts);
    for (let copy = 0; text !== '' && copy < repeated(cell, 'columns'); copy += 1) cells.set(at + copy, text);
    at = Math.min(mostColumns, at + Number(cell.attributes['table:number-columns-repeated'] ?? 1));
  }
  return cells;
}

/** What a cell shows; of a date what it is, as ISO 8601 has it. */
function textOfCell(cell: Element, texts: OdfText): string {
  const { 'office:value-type': type, 'office:date-value': date, 'table:formula': formulaText } = cell.attributes;
  const annotation = childOf(cell, 'office:annotation');
  const shown = texts.blocksOf(cell).join('\n').trim();
  const isoDate =
    type === 'date'
      ? date
          ?.replace(/T(?:00:00:00(?:\.0+)?)?/, ' ')
          .replace(/Z$/, '')
          .trim()
      : undefined;
  const text = isoDate ?? (shown === '' ? valueOfCell(cell) : shown);
  const said = annotation === undefined ? '' : texts.blocksOf(annotation).join(' ').trim();
  const value = text === '' && formulaText !== undefined ? formulaText.replace(/^of:/, '') : text;
  return said === '' ? value : `${value} (comment: ${said})`;
}

/** The value of a cell without a text: programs other than office suites write nothing else (OpenDocument, part 3, 19.385). */
function valueOfCell({ attributes }: Element): string {
  const value = attributes['office:value'] ?? '';
  switch (attributes['office:value-type']) {
    case 'float':
      return value;
    case 'percentage':
      return value === '' ? '' : `${Number((Number(value) * 100).toPrecision(15))}%`;
    case 'currency':
      return [value, attributes['office:currency'] ?? ''].join(' ').trim();
    case 'boolean':
      return (attributes['office:boolean-value'] ?? '').toUpperCase();
    case 'time':
      return clockOf(attributes['office:time-value'] ?? '');
    case 'string':
      return attributes['office:string-value'] ?? '';
    default:
      return '';
  }
}

/** `13:05:00` of `PT13H05M00S`; any other duration as it is written. */
function clockOf(duration: string): string {
  const [all, hours = '0', minutes = '0', seconds = '0'] = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(duration) ?? [];
  if (all === undefined) return duration;
  return [hours, minutes, seconds].map((each) => each.padStart(2, '0')).join(':');
}
