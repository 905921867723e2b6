import type { Archive } from '../../files/index.js';
import { sideBySide } from '../hits/mathematics.js';
import { listMark } from '../html/list-marks.js';
import { chartMarkdown, diagramTexts } from './chart.js';
import { formula } from './docx-formula.js';
import { markedText } from './marked-text.js';
import { blocks, heading, item, link, oneLine, table } from './markdown.js';
import { mainPart, relatedPart, relationshipsOf } from './package.js';
import type { Relationship } from './package.js';
import { unescaped } from './rich-text.js';
import { below, childOf, elementsOf, parseXml, textOf } from './xml.js';
import type { Element } from './xml.js';

/** Places for a slide's number, its date and the texts that all slides have. */
const furniture = new Set(['sldNum', 'dt', 'ftr', 'hdr', 'sldImg']);

/** A PowerPoint presentation as Markdown: a heading for each slide in the order of the show, its texts and tables, and its notes. */
export async function readPptx(archive: Archive): Promise<string> {
  const part = await mainPart(archive, 'ppt/presentation.xml');
  const relationships = await relationshipsOf(archive, part);
  const root = parseXml(await archive.read(part));
  const slides: string[] = [];
  for (const { attributes } of elementsOf(childOf(root, 'p:sldIdLst'), 'p:sldId')) {
    const target = relationships.find(({ id }) => id === attributes['r:id'])?.target;
    if (target === undefined || !archive.has(target)) continue;
    slides.push(await readSlide(archive, target, slides.length + 1));
  }
  return slides.join('\n\n');
}

async function readSlide(archive: Archive, target: string, number: number): Promise<string> {
  const relationships = await relationshipsOf(archive, target);
  const slide = parseXml(await archive.read(target));
  const shapes = [...shapesOf(childOf(slide, 'p:cSld', 'p:spTree'))];
  const title = shapes.find((shape) => ['title', 'ctrTitle'].includes(placeOf(shape) ?? ''));
  const named = oneLine(
    paragraphsOf(title, relationships)
      .map(({ text }) => text)
      .join(' '),
  );
  const hidden = slide.attributes['show'] === '0' ? ' (hidden)' : '';
  const texts: string[] = [];
  for (const shape of shapes) if (shape !== title) texts.push(...(await textsOf(archive, shape, relationships)));
  const notes = await relatedPart(archive, relationships, 'notesSlide');
  const noted = [...shapesOf(childOf(notes, 'p:cSld', 'p:spTree'))]
    .filter((shape) => placeOf(shape) === 'body')
    .flatMap((shape) => paragraphsOf(shape, []).map(({ text }) => text))
    .join('\n');
  const comments = await relatedPart(archive, relationships, 'comments');
  const said = commentsIn(comments).map((text) => `- ${oneLine(text)}`);
  return blocks([
    heading(2, `Slide ${number}${hidden}${named === '' ? '' : `: ${named}`}`),
    ...texts,
    noted.trim() === '' ? '' : `Notes: ${noted.trim()}`,
    ...(said.length === 0 ? [] : ['Comments:', said.join('\n')]),
  ]);
}

/** Comments, and since PowerPoint 2021 answers to them. */
function commentsIn(part: Element | undefined): string[] {
  const older = [...below(part, 'p:text')].map((text) => textOf(text));
  const own = (element: Element): string[] =>
    elementsOf(element).flatMap((child) =>
      child.name.endsWith(':txBody') ? [[...below(child, 'a:t')].map(textOf).join(' ')] : own(child),
    );
  return part === undefined || older.length > 0 ? older : own(part);
}

/** Shapes in their order, those of groups too. */
function* shapesOf(tree: Element | undefined): Generator<Element> {
  for (const element of elementsOf(tree)) {
    if (element.name === 'p:grpSp') yield* shapesOf(element);
    else if (element.name === 'mc:AlternateContent') yield* shapesOf(elementsOf(element)[0]);
    else if (['p:sp', 'p:graphicFrame', 'p:pic', 'p:cxnSp'].includes(element.name)) yield element;
  }
}

/** What a shape is the place for, such as `title`; `undefined` for one that is none. */
function placeOf(shape: Element): string | undefined {
  const place = [...below(elementsOf(shape)[0], 'p:ph')][0];
  return place && (place.attributes['type'] ?? 'body');
}

async function textsOf(archive: Archive, shape: Element, relationships: readonly Relationship[]): Promise<string[]> {
  if (furniture.has(placeOf(shape) ?? '')) return [];
  if (shape.name === 'p:pic') {
    const described = [...below(shape, 'p:cNvPr')][0]?.attributes['descr']?.trim() ?? '';
    return [described === '' ? '[picture]' : `[picture: ${oneLine(described)}]`];
  }
  const grid = [...below(shape, 'a:tbl')][0];
  if (grid !== undefined) return [tableOf(grid, relationships)];
  if (shape.name === 'p:graphicFrame') return graphicTexts(archive, shape, relationships);
  return listed(paragraphsOf(shape, relationships), placeOf(shape) === 'body');
}

/** Charts and diagrams have their texts in parts of their own. */
async function graphicTexts(
  archive: Archive,
  shape: Element,
  relationships: readonly Relationship[],
): Promise<string[]> {
  const ids = [...below(shape, 'c:chart', 'dgm:relIds')].map(
    ({ attributes }) => attributes['r:id'] ?? attributes['r:dm'],
  );
  const texts: string[] = [];
  for (const id of ids) {
    const target = relationships.find((each) => each.id === id)?.target;
    if (target === undefined || !archive.has(target)) continue;
    const root = parseXml(await archive.read(target));
    if (root.name === 'c:chartSpace') texts.push(chartMarkdown(root));
    else texts.push(...diagramTexts(root));
  }
  return texts;
}

function tableOf(grid: Element, relationships: readonly Relationship[]): string {
  return table(
    elementsOf(grid, 'a:tr').map((row) =>
      elementsOf(row, 'a:tc').map((cell) =>
        paragraphsOf(cell, relationships)
          .map(({ text }) => text)
          .join('\n'),
      ),
    ),
  );
}

interface Paragraph {
  text: string;
  depth: number;
  isBullet: boolean | undefined;
  /** How it is numbered, such as `arabicPeriod`, and the number of the first. */
  numbering?: { scheme: string; start: number };
}

function paragraphsOf(shape: Element | undefined, relationships: readonly Relationship[]): Paragraph[] {
  const body = elementsOf(shape, 'p:txBody', 'a:txBody')[0];
  return elementsOf(body, 'a:p')
    .map((paragraph) => {
      const properties = childOf(paragraph, 'a:pPr');
      const has = (...names: string[]) => elementsOf(properties, ...names).length > 0;
      const numbered = childOf(properties, 'a:buAutoNum')?.attributes;
      return {
        ...(numbered !== undefined && {
          numbering: { scheme: numbered['type'] ?? '', start: Number(numbered['startAt'] ?? 1) },
        }),
        text: runTexts(paragraph, relationships).trim(),
        depth: Number(properties?.attributes['lvl'] ?? 0),
        isBullet: has('a:buNone') ? false : has('a:buChar', 'a:buAutoNum', 'a:buBlip') ? true : undefined,
      };
    })
    .filter(({ text }) => text !== '');
}

function runText(run: Element, relationships: readonly Relationship[]): string {
  if (run.name === 'a:br') return '\n';
  if (run.name === 'mc:AlternateContent') return runTexts(elementsOf(run)[0], relationships);
  if (run.name.endsWith(':m') || run.name === 'm:oMath') return [...below(run, 'm:oMath')].map(formula).join(' ');
  if (run.name !== 'a:r' && run.name !== 'a:fld') return '';
  const id = childOf(run, 'a:rPr', 'a:hlinkClick')?.attributes['r:id'];
  const address = relationships.find((each) => each.id === id && each.isExternal)?.target ?? '';
  const { baseline = '0', strike = 'noStrike' } = childOf(run, 'a:rPr')?.attributes ?? {};
  const moved = Number.parseFloat(baseline);
  const text = markedText(unescaped(elementsOf(run, 'a:t').map(textOf).join('')), {
    isStruck: strike !== 'noStrike',
    ...(moved !== 0 && !Number.isNaN(moved) && { moved: moved > 0 ? 'up' : 'down' }),
  });
  return link(text, address);
}

function runTexts(parent: Element | undefined, relationships: readonly Relationship[]): string {
  const runs = elementsOf(parent);
  return sideBySide(
    runs.map((run) => ({ text: runText(run, relationships), isSign: /^a:(r|fld|br)$/.test(run.name) })),
  );
}

/** Several paragraphs of a slide's body are a list, unless they say that they are none. */
function listed(paragraphs: readonly Paragraph[], isBody: boolean): string[] {
  const isList = ({ isBullet, depth }: Paragraph) => isBullet ?? (depth > 0 || (isBody && paragraphs.length > 1));
  const texts: string[] = [];
  let items: string[] = [];
  // Numbers by their depth: those of deeper levels begin anew below the next item.
  let counts: ({ number: number; scheme: string } | undefined)[] = [];
  for (const paragraph of paragraphs) {
    const { depth, numbering } = paragraph;
    counts = counts.slice(0, depth + 1);
    if (isList(paragraph)) {
      const before = counts[depth];
      const scheme = numbering?.scheme ?? '';
      // Another scheme begins another list.
      const number = before?.scheme === scheme ? before.number + 1 : (numbering?.start ?? 1);
      counts[depth] = numbering === undefined ? undefined : { number, scheme };
      items.push(item(depth, numbering === undefined ? '-' : numberOf(number, scheme), paragraph.text));
      continue;
    }
    counts = [];
    texts.push(items.join('\n'), paragraph.text);
    items = [];
  }
  return [...texts, items.join('\n')].filter((text) => text !== '');
}

/** A number as a scheme of PowerPoint has it: `arabicPeriod`, `alphaLcParenR`, `romanUcParenBoth`. */
function numberOf(number: number, scheme: string): string {
  const [, kind = '', letters = '', ending = ''] =
    /^(alpha|roman)?(Lc|Uc)?\w*?(ParenBoth|ParenR|Plain|Period)?$/.exec(scheme) ?? [];
  const type = kind === 'alpha' ? 'a' : kind === 'roman' ? 'i' : '1';
  const bare = listMark(number, letters === 'Uc' ? type.toUpperCase() : type).slice(0, -1);
  if (ending === 'ParenBoth') return `(${bare})`;
  return ending === 'ParenR' ? `${bare})` : ending === 'Plain' ? bare : `${bare}.`;
}
