import { decodeHtml, decodeText } from '../../files/index.js';
import type { Archive } from '../../files/index.js';
import { chartMarkdown, diagramTexts } from './chart.js';
import { Numbering } from './docx-numbering.js';
import type { Mark } from './docx-numbering.js';
import { runsOf } from './docx-runs.js';
import type { Runs, Surroundings } from './docx-runs.js';
import { Styles } from './docx-styles.js';
import { readEml } from './eml.js';
import { htmlPart } from './html-part.js';
import { blocks, heading, item, oneLine, table } from './markdown.js';
import { mainPart, relatedPart, relationshipsOf } from './package.js';
import { childOf, elementsOf, parseXml } from './xml.js';
import type { Element } from './xml.js';

/**
 * A Word document as Markdown: headings by their outline, lists and clauses with the numbers that are printed, tables, notes, links; tracked
 * changes accepted, comments at the end.
 */
export async function readDocx(archive: Archive): Promise<string> {
  const part = await mainPart(archive, 'word/document.xml');
  const relationships = await relationshipsOf(archive, part);
  const related = (type: string) => relatedPart(archive, relationships, type);
  const styles = new Styles(await related('styles'));
  const numbering = new Numbering(await related('numbering'));
  const surroundings = { ...surroundingsOf(relationships), chunks: await chunksOf(archive, relationships) };
  const read = new BlockReader(styles, numbering, surroundings);
  const body = childOf(parseXml(await archive.read(part)), 'w:body');
  const texts = read.blocksOf(body);
  const notes = await notesOf(archive, relationships, read);
  const comments = commentsOf(await related('comments'), surroundings, styles, numbering);
  const margins: string[] = [];
  for (const { type, target } of relationships) {
    if ((type !== 'header' && type !== 'footer') || !archive.has(target)) continue;
    const own = new BlockReader(styles, numbering, surroundingsOf(await relationshipsOf(archive, target)));
    const text = oneLine(blocks(own.blocksOf(parseXml(await archive.read(target)))));
    // A page's number is nothing that the document says.
    if (/\p{L}{2}/u.test(text)) margins.push(`Page ${type}: ${text}`);
  }
  return blocks([...texts, ...notes, ...comments, ...new Set(margins)]);
}

function surroundingsOf(relationships: Surroundings['relationships']): Surroundings {
  return { relationships, notes: [], commented: new Map(), openComments: new Set(), chunks: new Map() };
}

/**
 * What has a part of its own and stands in the text: charts, diagrams, and documents in other formats (programs that make DOCX of HTML do
 * nothing else).
 */
async function chunksOf(
  archive: Archive,
  relationships: Surroundings['relationships'],
): Promise<ReadonlyMap<string, string>> {
  const chunks = new Map<string, string>();
  for (const { id, type, target } of relationships) {
    if (!['aFChunk', 'chart', 'diagramData'].includes(type) || !archive.has(target)) continue;
    const bytes = await archive.read(target);
    if (type === 'chart') chunks.set(id, chartMarkdown(parseXml(bytes)));
    else if (type === 'diagramData') chunks.set(id, blocks(diagramTexts(parseXml(bytes))));
    else if (/\.mht(ml)?$/i.test(target)) chunks.set(id, await readEml(bytes));
    else if (/\.x?html?$/i.test(target)) chunks.set(id, await htmlPart(decodeHtml(bytes)));
    else if (/\.txt$/i.test(target)) chunks.set(id, decodeText(bytes));
  }
  return chunks;
}

async function notesOf(
  archive: Archive,
  relationships: Surroundings['relationships'],
  reader: BlockReader,
): Promise<string[]> {
  const { surroundings, styles, numbering } = reader;
  const parts = new Map<string, { root: Element; links: Surroundings['relationships'] }>();
  for (const type of ['footnotes', 'endnotes']) {
    const target = relationships.find((each) => each.type === type && archive.has(each.target))?.target;
    if (target === undefined) continue;
    const links = await relationshipsOf(archive, target);
    parts.set(type.slice(0, -1), { root: parseXml(await archive.read(target)), links });
  }
  return surroundings.notes.map((note, at) => {
    const [type = '', id] = note.split(' ');
    const { root, links = [] } = parts.get(type) ?? {};
    const found = elementsOf(root, `w:${type}`).find(({ attributes }) => attributes['w:id'] === id);
    const own = new BlockReader(styles, numbering, surroundingsOf(links));
    return `[^${at + 1}]: ${oneLine(blocks(own.blocksOf(found)))}`;
  });
}

function commentsOf(
  part: Element | undefined,
  { commented }: Surroundings,
  styles: Styles,
  numbering: Numbering,
): string[] {
  const lines = elementsOf(part, 'w:comment').map((comment) => {
    const { 'w:id': id = '', 'w:author': author = '' } = comment.attributes;
    const text = oneLine(blocks(new BlockReader(styles, numbering, surroundingsOf([])).blocksOf(comment)));
    const about = oneLine(commented.get(id) ?? '');
    return `- ${author.trim() || 'Somebody'}${about === '' ? '' : ` on “${about}”`}: ${text}`;
  });
  return lines.length === 0 ? [] : ['Comments:', lines.join('\n')];
}

interface Item {
  mark: Mark;
  text: string;
}

class BlockReader {
  /** Text of paragraphs whose end was deleted: it goes on in the next one. */
  #pending = '';
  #isInCell = false;

  constructor(
    readonly styles: Styles,
    readonly numbering: Numbering,
    readonly surroundings: Surroundings,
  ) {}

  blocksOf(parent: Element | undefined): string[] {
    const texts: string[] = [];
    let list: Item[] = [];
    const endList = () => {
      if (list.length > 0) texts.push(listOf(list));
      list = [];
    };
    for (const element of flat(parent, 'w:p', 'w:tbl', 'w:altChunk')) {
      if (element.name === 'w:altChunk') {
        endList();
        texts.push(this.surroundings.chunks.get(element.attributes['r:id'] ?? '') ?? '');
        continue;
      }
      if (element.name === 'w:tbl') {
        endList();
        texts.push(...this.#table(element));
        continue;
      }
      const { text, mark, boxes } = this.#paragraph(element);
      if (mark !== undefined) list.push({ mark, text });
      else if (text !== '') {
        endList();
        texts.push(text);
      }
      for (const box of boxes) {
        endList();
        texts.push(...(typeof box === 'string' ? [box] : this.blocksOf(box)));
      }
    }
    endList();
    if (this.#pending.trim() !== '') texts.push(this.#pending.trim());
    this.#pending = '';
    return texts;
  }

  #paragraph(element: Element): { text: string; mark?: Mark | undefined; boxes: Runs['boxes'] } {
    const properties = childOf(element, 'w:pPr');
    const { text: own, boxes } = runsOf(element, this.surroundings, this.styles);
    const text = this.#pending + own;
    this.#pending = '';
    if (['w:del', 'w:moveFrom'].some((name) => childOf(properties, 'w:rPr', name))) {
      this.#pending = text;
      return { text: '', boxes };
    }
    const { heading: level, list } = this.styles.of(properties);
    const mark = list && this.numbering.next(list);
    if (text.trim() === '') {
      // A column of numbers has nothing else in its cells.
      return { text: '', boxes, ...(this.#isInCell && (mark?.label ?? '') !== '' && { mark }) };
    }
    if (level !== undefined) {
      return { text: heading(level, `${mark?.label ?? ''} ${text}`), boxes };
    }
    if (mark === undefined || mark.label === '') return { text: text.trim(), boxes };
    return { text, mark, boxes };
  }

  #table(element: Element): string[] {
    const rows = [...rowsOf(element)].map((row) => this.#row(row));
    const [only] = rows;
    // A table of one cell is a box around what is in it.
    if (rows.length === 1 && only?.length === 1) return only[0] ?? [];
    return [table(rows.map((row) => row.map((cell) => cell.join('\n'))))];
  }

  #row(row: Element): string[][] {
    const before = Number(childOf(row, 'w:trPr', 'w:gridBefore')?.attributes['w:val'] ?? 0);
    const cells: string[][] = Array.from({ length: Math.min(before, 100) }, () => []);
    for (const cell of flat(row, 'w:tc')) {
      const properties = childOf(cell, 'w:tcPr');
      const merged = childOf(properties, 'w:vMerge');
      const isContinued = merged !== undefined && merged.attributes['w:val'] !== 'restart';
      const isInside = this.#isInCell;
      this.#isInCell = true;
      cells.push(isContinued ? [] : this.#cell(cell));
      this.#isInCell = isInside;
      const span = Number(childOf(properties, 'w:gridSpan')?.attributes['w:val'] ?? 1);
      for (let more = 1; more < Math.min(span, 100); more += 1) cells.push([]);
    }
    return cells;
  }

  #cell(cell: Element): string[] {
    // A table inside a cell would end the outer one: its rows are lines.
    const inner = (element: Element): string[] =>
      [...rowsOf(element)].map((row) =>
        this.#row(row)
          .map((each) => each.join(' '))
          .join(' | '),
      );
    return flat(cell).flatMap((element) =>
      element.name === 'w:tbl' ? inner(element) : this.blocksOf({ name: '', attributes: {}, children: [element] }),
    );
  }
}

/** A list may begin deep, as the clauses under a numbered heading do. */
function listOf(items: readonly Item[]): string {
  const least = items.reduce((so, { mark }) => Math.min(so, mark.depth), Infinity);
  return items.map(({ mark, text }) => item(mark.depth - least, mark.label ?? '-', text)).join('\n');
}

function rowsOf(element: Element): Element[] {
  return flat(element, 'w:tr').filter((row) => childOf(row, 'w:trPr', 'w:del') === undefined);
}

/** Paragraphs and tables, or other elements, also those in content controls and insertions. */
function flat(parent: Element | undefined, ...names: readonly string[]): Element[] {
  const wanted = names.length === 0 ? ['w:p', 'w:tbl'] : names;
  return elementsOf(parent).flatMap((element) => {
    if (wanted.includes(element.name)) return [element];
    if (['w:sdt', 'w:sdtContent', 'w:ins', 'w:moveTo', 'w:customXml', 'w:smartTag'].includes(element.name)) {
      return flat(element, ...wanted);
    }
    if (element.name === 'mc:AlternateContent') return flat(elementsOf(element)[0], ...wanted);
    return [];
  });
}
