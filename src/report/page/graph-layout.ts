/** Room of a node, and of a line that passes a level on its way, across the levels; in pixels. */
const passing = 20;
const gap = 16;

interface Edge {
  from: string;
  to: string;
}

/** Something that has a place in a level: a node, or a line that passes by. */
interface Item {
  key: string;
  isNode: boolean;
  level: number;
  /** Its middle across the levels, in pixels. */
  middle: number;
}

export interface Layout {
  items: ReadonlyMap<string, Item>;
  levels: number;
  /** Across the levels, in pixels. */
  width: number;
  /** Each edge as the keys that it goes through, ends included. */
  ways: readonly (readonly string[])[];
}

/**
 * Places the nodes of a graph in levels, each behind all that it needs.
 *
 * GraphLayout-1. No two nodes overlap, and no line runs behind a node: it has a place of its own in each level that it passes.
 *
 * @param size of a node across the levels, in pixels
 */
export function layoutOf(keys: readonly string[], edges: readonly Edge[], size: number): Layout {
  const levelOf = levelsOf(edges);
  const ways = edges.map(({ from, to }) => {
    const between = Array.from({ length: levelOf(to) - levelOf(from) - 1 }, (_, at) => ({
      key: `${from}\0${to}\0${at}`,
      level: levelOf(from) + at + 1,
    }));
    return [{ key: from, level: levelOf(from) }, ...between, { key: to, level: levelOf(to) }];
  });
  const before = new Map<string, string[]>();
  for (const way of ways) {
    for (const [at, { key }] of way.entries()) {
      const last = way[at - 1];
      if (last !== undefined) before.set(key, [...(before.get(key) ?? []), last.key]);
    }
  }
  const all = new Map(keys.map((key) => [key, levelOf(key)]));
  for (const { key, level } of ways.flat()) all.set(key, level);
  const nodes = new Set(keys);
  const sizeOf = (key: string) => (nodes.has(key) ? size : passing);
  const rows = [...Map.groupBy(all.keys(), (key) => all.get(key) ?? 0)].toSorted(([one], [other]) => one - other);
  const widthOf = (row: readonly string[]) => row.reduce((sum, key) => sum + sizeOf(key) + gap, -gap);
  const width = Math.max(0, ...rows.map(([, row]) => widthOf(row)));
  const items = new Map<string, Item>();
  for (const [level, row] of rows) {
    // The middle of what it comes from: so the fewest lines cross.
    const wish = (key: string) => mean((before.get(key) ?? []).map((each) => items.get(each)?.middle ?? 0));
    let at = (width - widthOf(row)) / 2;
    for (const key of row.toSorted((one, other) => wish(one) - wish(other))) {
      items.set(key, { key, isNode: nodes.has(key), level, middle: at + sizeOf(key) / 2 });
      at += sizeOf(key) + gap;
    }
  }
  return { items, levels: rows.length, width, ways: ways.map((way) => way.map(({ key }) => key)) };
}

function levelsOf(edges: readonly Edge[]): (key: string) => number {
  const levels = new Map<string, number>();
  const levelOf = (key: string): number => {
    const known = levels.get(key);
    if (known !== undefined) return known;
    levels.set(key, 0);
    const level = Math.max(0, ...edges.filter(({ to }) => to === key).map(({ from }) => levelOf(from) + 1));
    levels.set(key, level);
    return level;
  };
  return levelOf;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
