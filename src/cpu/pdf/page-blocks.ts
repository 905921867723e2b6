import { addedBy } from './annotations.js';
import type { Added, Annotation } from './annotations.js';
import type { Block } from './columns.js';
import { isUnreadable, pieceIn, piecesOf } from './piece.js';
import type { TextItem } from './piece.js';
import { blocksWithTables } from './tagged-tables.js';

/** Most pieces whose places are compared. More are no text that people read: drawings, and pages made to be slow. */
const mostPieces = 10_000;

/** What PDF.js says of a page. */
export interface PageContent {
  items: readonly TextItem[];
  annotations: readonly Annotation[];
  /** From the units of content streams to those of the page as it is shown. */
  toPage: readonly number[];
  /** Fonts whose lines go from the top down. */
  verticalFonts: ReadonlySet<string>;
}

/** The blocks of a page; none where it has no text. */
export function blocksOfPage({ items, annotations, toPage, verticalFonts }: PageContent): Block[] {
  const printed = items.map(({ str }) => str).join('');
  const isReadable = !isUnreadable(printed);
  const text = isReadable ? printed : '';
  const added = withoutRepeated(
    annotations.flatMap((each) => addedBy(each) ?? []),
    text,
  );
  if (text.trim() === '' && !added.some(({ isText }) => isText)) return [];
  const flat = isReadable ? items.filter(({ fontName }) => !verticalFonts.has(fontName)) : [];
  if (flat.length > mostPieces) return [inOrderOfFile(items), inOrderOfFile(added.map(asItem))];
  const [main = { angle: 0, pieces: [] }, ...others] = piecesOf(flat, toPage);
  for (const [at, each] of added.entries()) {
    main.pieces.push(pieceIn(each, { angle: main.angle, toPage, order: items.length + at }));
  }
  const vertical = isReadable ? items.filter(({ fontName }) => verticalFonts.has(fontName)) : [];
  return [...[main, ...others].flatMap(({ pieces }) => blocksWithTables(pieces)), inOrderOfFile(vertical)];
}

/** An address that is printed is not said again, and one of several lines is said behind the last of them. */
function withoutRepeated(added: readonly Added[], printed: string): Added[] {
  const bare = (address: string) => address.replace(/^(https?:\/\/|mailto:)(www\.)?/, '').replace(/\/$/, '');
  const seen = printed.replaceAll(/\s/g, '');
  return added
    .filter(
      ({ isBehind, text }, at) =>
        isBehind !== true || !(seen.includes(bare(text)) || added.slice(at + 1).some((later) => later.text === text)),
    )
    .map((each) => (each.isBehind === true ? { ...each, text: `(${each.text})` } : each));
}

/** Text as lines of the file, where places say nothing. */
function inOrderOfFile(items: readonly Pick<TextItem, 'str' | 'hasEOL'>[]): Block {
  const texts = items
    .map(({ str, hasEOL }) => str + (hasEOL ? '\n' : ''))
    .join('')
    .split('\n');
  const lines = texts.map((text, at) => ({ text: text.trim(), left: 0, right: 0, baseline: at, size: 1 }));
  return { kind: 'lines', lines: lines.filter(({ text }) => text !== '') };
}

function asItem({ text }: Added): Pick<TextItem, 'str' | 'hasEOL'> {
  return { str: text, hasEOL: true };
}
