import type { Piece } from './piece.js';
import type { Row } from './rows.js';

/** From left to right. */
export type Span = readonly [from: number, to: number];

/** What text covers, with one more row: spans from left to right that do not touch. */
export function withRow(spans: readonly Span[], { pieces }: Row): Span[] {
  const all = [...spans, ...pieces.map(({ left, right }): Span => [left, right])].toSorted(
    (one, other) => one[0] - other[0],
  );
  const merged: [number, number][] = [];
  for (const [from, to] of all) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** The room between spans, where it is wide enough. */
export function guttersOf(spans: readonly Span[], least: number): Span[] {
  return spans.slice(1).flatMap(([to], at): Span[] => {
    const from = (spans[at] as Span)[1];
    return to - from >= least ? [[from, to]] : [];
  });
}

export function hasBothSides(row: Row, [from, to]: Span): boolean {
  return row.pieces.some(({ right }) => right <= from + 0.01) && row.pieces.some(({ left }) => left >= to - 0.01);
}

/** The pieces of each row in each column. */
export function columnsOf(rows: readonly Row[], gutters: readonly Span[]): Piece[][][] {
  const bounds = [-Infinity, ...gutters.map(([from, to]) => (from + to) / 2), Infinity];
  return bounds
    .slice(1)
    .map((to, at) => rows.map(({ pieces }) => pieces.filter(({ left }) => left >= (bounds[at] ?? 0) && left < to)));
}
