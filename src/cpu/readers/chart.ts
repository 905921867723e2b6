import { shownNumber } from './cell-format.js';
import { blocks, oneLine, table } from './markdown.js';
import { isOn } from './package.js';
import { below, childOf, elementsOf, textOf } from './xml.js';
import type { Element } from './xml.js';

/** Values by their places: a chart leaves out what its cells did not have. */
type Points = ReadonlyMap<number, string>;

interface Series {
  name: string;
  categories: Points;
  values: Points;
  /** How large the bubbles are, where there are any. */
  sizes: Points;
}

/** A chart as the table that it shows; several where its series have different categories, as those of a scatter chart may. */
export function chartMarkdown(root: Element): string {
  const is1904 = isOn(childOf(root, 'c:date1904'), 'val');
  const all = [...below(root, 'c:ser')].map((series): Series => {
    const points = (...names: string[]) =>
      pointsOf(
        names.map((name) => childOf(series, name)),
        is1904,
      );
    return {
      name: oneLine([...below(childOf(series, 'c:tx'), 'c:v')].map(textOf).join(' ')),
      categories: points('c:cat', 'c:xVal'),
      values: points('c:val', 'c:yVal'),
      sizes: points('c:bubbleSize'),
    };
  });
  const groups = new Map<string, Series[]>();
  for (const series of all) {
    // A series without categories of its own has those of the others.
    const key =
      series.categories.size === 0 ? ([...groups.keys()].at(-1) ?? '') : JSON.stringify([...series.categories]);
    groups.set(key, [...(groups.get(key) ?? []), series]);
  }
  const title = oneLine([...below(childOf(root, 'c:chart', 'c:title'), 'a:t')].map(textOf).join(''));
  return chartBlocks(title, Array.from(groups.values(), tableOf));
}

/** A chart's title above its tables. */
export function chartBlocks(title: string, tables: readonly string[]): string {
  return blocks([title === '' ? 'Chart:' : `Chart: ${title}`, ...tables]);
}

/** Texts of a diagram (SmartArt), in the order of its data. */
export function diagramTexts(root: Element): string[] {
  return [...below(root, 'a:p')].map((each) => textOf(each)).filter((text) => text.trim() !== '');
}

function tableOf(group: readonly Series[]): string {
  const categories = group.find((series) => series.categories.size > 0)?.categories ?? new Map<number, string>();
  const columns = group.flatMap(({ name, values, sizes }) => [
    { name, points: values },
    ...(sizes.size === 0 ? [] : [{ name: `${name} (size)`.trim(), points: sizes }]),
  ]);
  const places = new Set([categories, ...columns.map(({ points }) => points)].flatMap((points) => [...points.keys()]));
  const rows = [...places]
    .toSorted((one, other) => one - other)
    .map((at) => [categories.get(at) ?? '', ...columns.map(({ points }) => points.get(at) ?? '')]);
  return table([['', ...columns.map(({ name }) => name)], ...rows]);
}

/** What a chart keeps of the cells that it shows (ECMA-376, part 1, 21.2.2). */
function pointsOf(sources: readonly (Element | undefined)[], is1904: boolean): Points {
  const source = sources.find((each) => each !== undefined);
  const levels = [...below(source, 'c:lvl')].map((level) => valuesOf(level, is1904));
  if (levels.length === 0)
    return valuesOf([...below(source, 'c:numCache', 'c:strCache', 'c:numLit', 'c:strLit')][0], is1904);
  // The innermost level is first; a name of an outer one holds until the next.
  const [inner = new Map<number, string>(), ...outer] = levels;
  const names = outer.map(() => '');
  return new Map(
    [...inner.keys()]
      .toSorted((one, other) => one - other)
      .map((at): [number, string] => {
        for (const [depth, level] of outer.entries()) names[depth] = level.get(at) ?? names[depth] ?? '';
        return [at, [...names.toReversed(), inner.get(at) ?? ''].filter((name) => name !== '').join(' / ')];
      }),
  );
}

function valuesOf(cache: Element | undefined, is1904: boolean): Points {
  const usual = textOf(childOf(cache, 'c:formatCode')) || 'General';
  const isNumbers = cache?.name.startsWith('c:num') === true;
  return new Map(
    elementsOf(cache, 'c:pt').map((point, at): [number, string] => {
      const text = textOf(childOf(point, 'c:v'));
      const shown = isNumbers ? shownNumber(text, point.attributes['formatCode'] ?? usual, is1904) : text;
      return [Number(point.attributes['idx'] ?? at), oneLine(shown)];
    }),
  );
}
