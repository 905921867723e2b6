import { subscript, superscript } from '../hits/mathematics.js';
import { largest, smallest } from '../largest.js';
import type { Piece } from './piece.js';

/** Pieces that stand beside each other, from left to right. */
export interface Row {
  pieces: Piece[];
  baseline: number;
  size: number;
  /** Width of all rows together. */
  width: number;
}

/** A line as it is read. */
export interface Line {
  text: string;
  left: number;
  right: number;
  baseline: number;
  size: number;
}

/** Distances in heights of letters: to a blank between words, and to what is set apart. */
const blank = 0.17;
export const apart = 0.9;

/** How large raised and lowered letters are at most, beside the others. */
const shiftedSize = 0.85;

/** How much of a raised or lowered letter stands between the others, at least. ReportLab lowers by half of a letter. */
const shiftedShare = 0.35;

/** Letters above and below the baseline, in heights of letters. */
const [above, below] = [0.75, 0.2];

/** The rows of pieces, from the top down. */
export function rowsOf(pieces: readonly Piece[]): Row[] {
  const rows: Row[] = [];
  const width = largest(pieces.map(({ right }) => right)) - smallest(pieces.map(({ left }) => left));
  // Large letters first: small ones that are raised belong to them.
  for (const piece of pieces.toSorted((one, other) => other.size - one.size)) {
    const row = rows.find((each) => isOnLine(each, piece) || isShifted(each, piece));
    if (row === undefined) rows.push({ pieces: [piece], baseline: piece.baseline, size: piece.size, width });
    else row.pieces.push(piece);
  }
  for (const row of rows) row.pieces.sort((one, other) => one.left - other.left || one.order - other.order);
  return rows.toSorted((one, other) => one.baseline - other.baseline);
}

function isOnLine(row: Row, piece: Piece): boolean {
  return Math.abs(row.baseline - piece.baseline) < 0.25 * Math.min(row.size, piece.size);
}

/** Whether a piece is small, raised or lowered, and right beside another one. */
function isShifted(row: Row, piece: Piece): boolean {
  if (row.pieces.some((each) => isShiftedBehind(piece, each))) return true;
  if (piece.size > shiftedSize * row.size) return false;
  const top = Math.max(row.baseline - above * row.size, piece.baseline - above * piece.size);
  const bottom = Math.min(row.baseline + below * row.size, piece.baseline + below * piece.size);
  if (bottom - top < shiftedShare * (above + below) * piece.size) return false;
  const isNear = (each: Piece) => Math.max(each.left - piece.right, piece.left - each.right) < 0.5 * row.size;
  return row.pieces.some((each) => isNear(each));
}

/** Most letters that are raised or lowered without being smaller, how far in heights of letters, and how near to those before them. */
const [mostShifted, leastShift, mostShift, touching] = [6, 0.25, 0.6, 0.03];

/** Whether a piece of a usual size touches the one before it in the file, and is raised or lowered: WeasyPrint makes such ones. */
function isShiftedBehind(piece: Piece, before: Piece): boolean {
  const shift = Math.abs(piece.baseline - before.baseline) / before.size;
  return (
    piece.text.length <= mostShifted &&
    piece.order > before.order &&
    piece.order <= before.order + 2 &&
    piece.size < before.size &&
    shift >= leastShift &&
    shift <= mostShift &&
    Math.abs(piece.left - before.right) < touching * before.size
  );
}

/** The line that pieces of a row make. */
export function lineOf(pieces: readonly Piece[]): Line {
  const size = weightedSize(pieces);
  const main = pieces.find((piece) => piece.size === size) ?? pieces[0];
  const baseline = main?.baseline ?? 0;
  const isRtl = rtlShare(pieces) > 0.5;
  let text = '';
  let before: Piece | undefined;
  for (const piece of isRtl ? inRtlOrder(pieces) : pieces) {
    const distance = before === undefined ? 0 : isRtl ? before.left - piece.right : piece.left - before.right;
    // Text that is printed twice, a hair apart, is bold.
    if (before !== undefined && before.text === piece.text && Math.abs(before.left - piece.left) < 0.1 * size) continue;
    // A blank stands before its piece in the file, which goes from left to right or from right to left.
    const isApart = before !== undefined && before.order > piece.order ? before.isApart : piece.isApart;
    if (before !== undefined && (isApart === true || distance > blank * size)) text += ' ';
    text += isRtl ? mirrored(piece.text) : shifted(piece, before, size, baseline);
    before = piece;
  }
  return {
    text: text.replaceAll(/\s+/g, ' ').trim(),
    left: smallest(pieces.map((piece) => piece.left)),
    right: largest(pieces.map((piece) => piece.right)),
    baseline,
    size,
  };
}

/** Small letters that are raised or lowered behind others mean something else than the same letters on the line. */
function shifted(piece: Piece, before: Piece | undefined, size: number, baseline: number): string {
  if (before === undefined || piece.text.length > 20) return piece.text;
  if (piece.size > shiftedSize * size && !isShiftedBehind(piece, before)) return piece.text;
  const raised = (baseline - piece.baseline) / size;
  if (raised > 0.15) return superscript(piece.text);
  return raised < -0.08 ? subscript(piece.text) : piece.text;
}

/** The size that most letters have. */
function weightedSize(pieces: readonly Piece[]): number {
  const bySize = new Map<number, number>();
  for (const { size, text } of pieces) bySize.set(size, (bySize.get(size) ?? 0) + text.length);
  return [...bySize].toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? 0;
}

const rtl = /[\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}\p{sc=Thaa}\p{sc=Nkoo}]/gu;

function rtlShare(pieces: readonly Piece[]): number {
  const text = pieces.map((piece) => piece.text).join('');
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return letters === 0 ? 0 : (text.match(rtl)?.length ?? 0) / letters;
}

const facing = new Map(
  ['()', '[]', '{}', '<>', '«»', '‹›'].flatMap(([left = '', right = '']) => [
    [left, right],
    [right, left],
  ]),
);

/** A bracket, or a whole pair behind a Latin letter: `f(x)`. */
const brackets =
  /\p{sc=Latn}(?:\([^()\p{sc=Hebr}\p{sc=Arab}]{0,80}\)|\[[^[\]\p{sc=Hebr}\p{sc=Arab}]{0,80}\])|[()[\]{}<>«»‹›]/gu;

/**
 * Brackets face the other way in what is written from right to left (UAX 9, L4): a page has their shapes, a text has their meaning. Those
 * of words and numbers that go from left to right are as they look.
 */
function mirrored(text: string): string {
  if (text.search(rtl) === -1 && /[\p{L}\p{N}]/u.test(text)) return text;
  return text.replaceAll(brackets, (found) => facing.get(found) ?? found);
}

/** From right to left, and what is written from left to right among it as that. */
function inRtlOrder(pieces: readonly Piece[]): Piece[] {
  const ordered: Piece[] = [];
  let ltr: Piece[] = [];
  for (const piece of pieces.toReversed()) {
    if (piece.text.search(rtl) === -1 && /[\p{L}\p{N}]/u.test(piece.text)) ltr.unshift(piece);
    else {
      ordered.push(...ltr, piece);
      ltr = [];
    }
  }
  return [...ordered, ...ltr];
}
