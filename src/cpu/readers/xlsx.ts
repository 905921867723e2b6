import type { Archive } from '../../files/index.js';
import { codeOf, shownNumber, shownText } from './cell-format.js';
import { link, oneLine } from './markdown.js';
import { markedText } from './marked-text.js';
import { isOn, mainPart, relatedPart, relationshipsOf } from './package.js';
import type { Relationship } from './package.js';
import { RichText, unescaped } from './rich-text.js';
import { placeOf, sheetMarkdown } from './sheet.js';
import { below, childOf, elementsOf, parseEvents, parseXml, textOf } from './xml.js';
import type { Element } from './xml.js';

/** What all sheets of a workbook have in common. */
interface Workbook {
  /** Shared texts, by their numbers. */
  texts: readonly string[];
  /** How cells look, by the numbers of styles. */
  looks: readonly Look[];
  is1904: boolean;
  /** Whether it says that the values of its formulas are none: a program that did not calculate wrote it. */
  isUncalculated: boolean;
}

/** The code of a cell's number format, and whether what it says is struck out. */
interface Look {
  format: string;
  isStruck: boolean;
}

/** Most hidden columns that are named: a sheet may hide all 16,384. */
const mostHidden = 1_000;

/** An Excel workbook as Markdown: a heading and tables for each sheet, with values as their cells show them. */
export async function readXlsx(archive: Archive): Promise<string> {
  const part = await mainPart(archive, 'xl/workbook.xml');
  const relationships = await relationshipsOf(archive, part);
  const root = parseXml(await archive.read(part));
  const shared = relationships.find(({ type, target }) => type === 'sharedStrings' && archive.has(target))?.target;
  const workbook: Workbook = {
    texts: shared === undefined ? [] : sharedTexts(await archive.read(shared)),
    looks: looksOf(await relatedPart(archive, relationships, 'styles')),
    is1904:
      isOn(childOf(root, 'x:workbookPr'), 'date1904') &&
      'date1904' in (childOf(root, 'x:workbookPr')?.attributes ?? {}),
    isUncalculated: isSet(childOf(root, 'x:calcPr')?.attributes['fullCalcOnLoad']),
  };
  const sheets: string[] = [];
  for (const { attributes } of elementsOf(childOf(root, 'x:sheets'), 'x:sheet')) {
    const target = relationships.find(({ id }) => id === attributes['r:id'])?.target;
    // A sheet may be a chart, which has no cells.
    if (target === undefined || !archive.has(target)) continue;
    const name = attributes['name'] ?? 'Sheet';
    const isHidden = (attributes['state'] ?? 'visible') !== 'visible';
    sheets.push(sheetMarkdown({ name, isHidden, ...(await readSheet(archive, target, workbook)) }));
  }
  return sheets.join('\n\n');
}

async function readSheet(archive: Archive, target: string, workbook: Workbook) {
  const relationships = await relationshipsOf(archive, target);
  const { rows, hiddenRows, hiddenColumns, links } = cellsOf(await archive.read(target), workbook);
  for (const { reference, id } of links) {
    const address = relationships.find((each) => each.id === id && each.isExternal)?.target;
    const place = placeOf(reference);
    const row = place && rows.get(place.row);
    const text = place && row?.get(place.column);
    if (address !== undefined && text !== undefined) row?.set(place?.column ?? 0, link(text, address));
  }
  const notes = [...(await commentsOf(archive, relationships)), ...(await drawnTexts(archive, relationships))];
  return { rows, hiddenRows, hiddenColumns, notes };
}

/** Reads a sheet as a stream of events: its tree would take ten times its size. */
function cellsOf(bytes: Uint8Array, workbook: Workbook) {
  const rows = new Map<number, Map<number, string>>();
  const hiddenRows: number[] = [];
  const hiddenColumns: number[] = [];
  const links: { reference: string; id: string }[] = [];
  let [row, column] = [-1, -1];
  let cell: CellParts | undefined;
  let into: 'value' | 'formula' | undefined;
  parseEvents(bytes, {
    open(name, attributes) {
      if (name === 'x:row') {
        row = attributes['r'] === undefined ? row + 1 : Number(attributes['r']) - 1;
        column = -1;
        if (isSet(attributes['hidden'])) hiddenRows.push(row);
      } else if (name === 'x:c') {
        column = placeOf(attributes['r'] ?? '')?.column ?? column + 1;
        cell = {
          type: attributes['t'] ?? 'n',
          style: Number(attributes['s'] ?? 0),
          value: undefined,
          formula: '',
          inline: new RichText(),
        };
      } else if (name === 'x:v') {
        into = 'value';
        if (cell !== undefined) cell.value = '';
      } else if (name === 'x:f') into = 'formula';
      else if (name === 'x:col' && isSet(attributes['hidden'])) {
        const last = Math.min(Number(attributes['max']), Number(attributes['min']) + mostHidden);
        for (let at = Number(attributes['min']); at <= last; at += 1) hiddenColumns.push(at - 1);
      } else if (name === 'x:hyperlink') {
        links.push({ reference: attributes['ref'] ?? '', id: attributes['r:id'] ?? '' });
      }
      cell?.inline.open(name, attributes);
    },
    text(text) {
      cell?.inline.add(text);
      if (cell !== undefined && into !== undefined) cell[into] = (cell[into] ?? '') + text;
    },
    close(name) {
      if (name === 'x:v' || name === 'x:f') into = undefined;
      cell?.inline.close(name);
      if (name !== 'x:c' || cell === undefined) return;
      const text = textOfCell(cell, workbook);
      cell = undefined;
      if (text.trim() === '') return;
      const cells = rows.get(row) ?? new Map<number, string>();
      rows.set(row, cells.set(column, text));
    },
  });
  return { rows, hiddenRows: hiddenRows.filter((each) => rows.has(each)), hiddenColumns, links };
}

interface CellParts {
  type: string;
  style: number;
  /** `undefined` where there is none, which is another thing than an empty text. */
  value: string | undefined;
  formula: string;
  inline: RichText;
}

function textOfCell(cell: CellParts, { texts, looks, is1904, isUncalculated }: Workbook): string {
  const { format, isStruck } = looks[cell.style] ?? { format: 'General', isStruck: false };
  const { type, value = '', formula } = cell;
  const inline = cell.inline.text;
  if (value === '' && inline === '') {
    // Programs that do not calculate write formulas without their values; a formula may give an empty text.
    return formula === '' || (type === 'str' && cell.value === '') ? '' : formulaText(formula);
  }
  // XlsxWriter writes 0 where it knows no value.
  if (isUncalculated && formula !== '' && value === '0') return formulaText(formula);
  return markedText(shown(), { isStruck });

  function shown(): string {
    switch (type) {
      case 's':
        return shownText(texts[Number(value)] ?? '', format);
      case 'b':
        return isSet(value) ? 'TRUE' : 'FALSE';
      case 'n':
        return shownNumber(value, format, is1904);
      case 'd':
        return value.replace(/T(?:00:00:00(?:\.0+)?)?Z?/, ' ').trim();
      case 'inlineStr':
        return shownText(inline, format);
      case 'str':
        return shownText(unescaped(value), format);
      default:
        return value || inline;
    }
  }
}

/** As Excel shows it: names of newer functions have a prefix in the file. */
const formulaText = (formula: string) => `=${formula.replaceAll(/_xl(?:fn|ws|pm)\./g, '')}`;

const isSet = (flag: string | undefined) => flag === '1' || flag === 'true';

function sharedTexts(bytes: Uint8Array): string[] {
  const texts: string[] = [];
  let text: RichText | undefined;
  parseEvents(bytes, {
    open(name, attributes) {
      if (name === 'x:si') text = new RichText();
      text?.open(name, attributes);
    },
    text(part) {
      text?.add(part);
    },
    close(name) {
      text?.close(name);
      if (name === 'x:si') texts.push(text?.text ?? '');
    },
  });
  return texts;
}

function looksOf(styles: Element | undefined): Look[] {
  const fonts = elementsOf(childOf(styles, 'x:fonts'), 'x:font');
  const own = new Map(
    elementsOf(childOf(styles, 'x:numFmts'), 'x:numFmt').map(({ attributes }) => [
      Number(attributes['numFmtId']),
      attributes['formatCode'] ?? 'General',
    ]),
  );
  return elementsOf(childOf(styles, 'x:cellXfs'), 'x:xf').map(({ attributes }) => ({
    format: codeOf(Number(attributes['numFmtId'] ?? 0), own),
    isStruck: isOn(childOf(fonts[Number(attributes['fontId'] ?? 0)], 'x:strike'), 'val'),
  }));
}

async function commentsOf(archive: Archive, relationships: readonly Relationship[]): Promise<string[]> {
  const part = await relatedPart(archive, relationships, 'comments');
  const authors = elementsOf(childOf(part, 'x:authors'), 'x:author').map(textOf);
  const lines = elementsOf(childOf(part, 'x:commentList'), 'x:comment').map((comment) => {
    const { ref = '', authorId } = comment.attributes;
    const text = oneLine([...below(comment, 'x:t')].map(textOf).join(''));
    // A thread has its text behind a hint for older versions of Excel.
    const said = text.startsWith('[Threaded comment]') ? text.replace(/^.*?Comment: /, '') : text;
    const author = authors[Number(authorId)] ?? '';
    return `- ${ref}${author === '' || author.startsWith('tc=') ? '' : `, ${author}`}: ${said}`;
  });
  return lines.length === 0 ? [] : ['Comments:', lines.join('\n')];
}

/** Texts in shapes on a sheet. */
async function drawnTexts(archive: Archive, relationships: readonly Relationship[]): Promise<string[]> {
  const part = await relatedPart(archive, relationships, 'drawing');
  return [...below(part, 'a:p')]
    .map((paragraph) => [...below(paragraph, 'a:t')].map(textOf).join(''))
    .filter((text) => text.trim() !== '');
}
