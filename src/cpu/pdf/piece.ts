import { withoutLetterSpacing } from './letter-spacing.js';
import type { TaggedCell } from './tagged-cells.js';

/** Text that stands on one line of a page, as it is read: `top` is 0, and `baseline` grows downwards, whatever the page is turned by. */
export interface Piece {
  text: string;
  left: number;
  right: number;
  baseline: number;
  /** Height of its letters, in the units of the page; 1/72 inch as a rule. */
  size: number;
  /** Its place in the file. */
  order: number;
  /** Set where a blank stands before it or after it, whatever the distance. */
  isApart?: boolean;
  /** Where the document itself says that it stands in a table. */
  tagged?: TaggedCell;
}

/** What PDF.js says of a run of glyphs. */
export interface TextItem {
  str: string;
  dir: string;
  /** Where it stands, as in a content stream: 6 numbers. */
  transform: number[];
  width: number;
  height: number;
  fontName: string;
  hasEOL: boolean;
  tagged?: TaggedCell;
}

/** Degrees that text may be off the horizontal to be read with it. */
const tolerance = 5;

/** Unprintable: control characters, and what fonts without a table for Unicode are mapped to. */
const unprintable = /[\p{Cc}\p{Co}\uFFFD]/gu;

/** Arabic letters by their shapes, and ligatures: fonts have those, and no word is written in them. */
const shaped = /[\uFB00-\uFDFF\uFE70-\uFEFC]+/g;

/** Whether PDF.js could not tell which characters most glyphs of a text are. */
export function isUnreadable(text: string): boolean {
  const letters = text.replaceAll(/\s/g, '');
  return (letters.match(unprintable)?.length ?? 0) * 2 > letters.length;
}

/** Pieces that are read in the same direction. */
export interface Turned {
  /** Degrees that the page is to be turned by for them to be upright. */
  angle: number;
  pieces: Piece[];
}

/**
 * The pieces of a page by their direction, the one with most text first.
 *
 * @param toPage from the units of content streams to those of the page as it is shown
 */
export function piecesOf(items: readonly TextItem[], toPage: readonly number[]): Turned[] {
  const byAngle = new Map<number, Piece[]>();
  let isApart = false;
  const said = withoutLetterSpacing(items);
  for (const [order, item] of items.entries()) {
    const text = (said[order] ?? '')
      .replaceAll(/\p{Cc}/gu, ' ')
      .replaceAll(shaped, (letters) => letters.normalize('NFKC'));
    if (text.trim() === '') {
      isApart ||= text !== '';
      continue;
    }
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = times(toPage, item.transform);
    const angle = rounded((Math.atan2(b, a) * 180) / Math.PI);
    const [left, baseline] = turned(angle, e, f);
    const pieces = byAngle.get(angle) ?? [];
    byAngle.set(angle, pieces);
    pieces.push({
      text: text.trim(),
      left,
      right: left + item.width,
      baseline,
      size: item.height || Math.hypot(c, d),
      order,
      ...((isApart || /^\s/.test(text)) && { isApart: true }),
      ...(item.tagged !== undefined && { tagged: item.tagged }),
    });
    isApart = /\s$/.test(text);
  }
  const weight = ({ pieces }: Turned) => pieces.reduce((sum, { text }) => sum + text.length, 0);
  const all = Array.from(byAngle, ([angle, pieces]) => ({ angle, pieces }));
  return all.toSorted((one, other) => weight(other) - weight(one));
}

/**
 * Text in a rectangle, as a piece among others.
 *
 * @param rectangle x and y of two corners, in the units of content streams
 * @param isBehind whether it stands behind the rectangle and takes no room
 */
export function pieceIn(
  {
    text,
    rect: [x1 = 0, y1 = 0, x2 = 0, y2 = 0],
    isBehind = false,
  }: { text: string; rect: readonly number[]; isBehind?: boolean },
  { angle, toPage, order }: { angle: number; toPage: readonly number[]; order: number },
): Piece {
  const [left, right, top, bottom] = bounds(turnedCorner(x1, y1), turnedCorner(x2, y2));
  const height = Math.min(12, Math.max(6, 0.7 * (bottom - top)));
  // Text of more than one line begins at the top.
  const baseline = bottom - top > 2.5 * height ? top + height : bottom - 0.25 * (bottom - top);
  return { text, left: isBehind ? right : left, right, baseline, size: height, order, isApart: true };

  function turnedCorner(x: number, y: number): [number, number] {
    const [, , , , e = 0, f = 0] = times(toPage, [1, 0, 0, 1, x, y]);
    return turned(angle, e, f);
  }
}

function bounds([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]) {
  return [Math.min(x1, x2), Math.max(x1, x2), Math.min(y1, y2), Math.max(y1, y2)] as const;
}

/** Degrees from 0 to 359; nearly a right angle is one. */
function rounded(degrees: number): number {
  const right = Math.round(degrees / 90) * 90;
  return ((Math.abs(degrees - right) <= tolerance ? right : Math.round(degrees)) + 360) % 360;
}

function turned(angle: number, x: number, y: number): [across: number, down: number] {
  const [cosine, sine] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  return [x * cosine + y * sine, y * cosine - x * sine];
}

/** Two transforms, the second one first. */
function times(outer: readonly number[], inner: readonly number[]): number[] {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = outer;
  const [g = 1, h = 0, i = 0, j = 1, k = 0, l = 0] = inner;
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}
