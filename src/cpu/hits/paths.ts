/** A text in quotation marks, as names with signs have them. */
const quoted = /'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"/g;

/** Whether a JSONPath goes through what it finds: by `*`, `..`, a slice or a filter. */
export function isList(path: string): boolean {
  return /[*?:]|\.\./.test(path.replaceAll(quoted, "''"));
}

/** Whether a JSONPath ends with a name: a list that it leads to is meant with its items. */
export function isNamed(path: string): boolean {
  return /(?:^\$|\.\s*[^\s.[\]'"*?]+|['"]\s*\])\s*$/.test(path);
}

/** Whether fields of a hit are taken from it by their place, as cells of a row are: `$[0]`. */
export function isByPlace(fields: readonly string[]): boolean {
  return fields.some((path) => /^\s*\$\s*\[\s*[-\d:]/.test(path));
}

/** Something in brackets, which may have brackets of its own, three deep: a filter with a path. */
const sign = `${quoted.source}|[^[\\]'"]`;
const inBrackets = [1, 2, 3].reduce((inner) => `\\[(?:${sign}|${inner})*\\]`, `\\[(?:${sign})*\\]`);

/** What a JSONPath takes next: `.name`, `..name`, `.*`, or brackets. */
const step = new RegExp(
  `\\s*(?:(?:\\.\\s*|(?<deep>\\.\\.\\s*))(?<name>[\\w\\u0080-\\uffff-]+|\\*)|(?<deeper>\\.\\.\\s*)?(?<brackets>${inBrackets}))`,
  'y',
);

/** Where a JSONPath leads, and where lists are on its way: regular expressions of places such as `/feed/entry`. */
interface Way {
  place: string;
  lists: readonly string[];
}

/**
 * Whether paths go through an element of XML as a list, by its place, such as `/feed/entry`: in XML nothing says that an element is one
 * where it stands alone. A name by itself does not tell, for an element may have another of its own name.
 *
 * @param fields paths that begin at a hit
 */
export function listsIn(hits: string, fields: readonly string[] = []): (place: string) => boolean {
  const { place: hit, lists } = wayOf(hits.replace(/^\s*\$/, ''), '');
  const all = [...lists, ...fields.flatMap((path) => wayOf(path.replace(/^\s*\$/, ''), hit).lists)];
  if (all.length === 0) return () => false;
  const pattern = new RegExp(`^(?:${all.join('|')})$`);
  const known = new Map<string, boolean>();
  return (place) => {
    const is = known.get(place) ?? pattern.test(place);
    known.set(place, is);
    return is;
  };
}

/** @param path without its `$` or `@` */
function wayOf(path: string, from: string): Way {
  const lists: string[] = [];
  let place = from;
  let isName = false;
  for (const { name, deep, deeper, brackets = '' } of stepsOf(path)) {
    const inner = brackets.slice(1, -1).trim();
    const names = name === undefined ? namesIn(inner) : [name].filter((each) => each !== '*');
    const isDeep = (deep ?? deeper) !== undefined;
    const isThrough = isName && !isDeep && names.length === 0 && name === undefined;
    if (isThrough) lists.push(place);
    else
      place += `${isDeep ? '(?:/[^/]+)*' : ''}/${names.length === 0 ? '[^/]+' : `(?:${names.map(literal).join('|')})`}`;
    isName = names.length > 0;
    if (!inner.startsWith('?')) continue;
    for (const { index } of inner.matchAll(/@(?=\s*[.[])/g)) lists.push(...wayOf(inner.slice(index + 1), place).lists);
  }
  return { place, lists };
}

function stepsOf(path: string): Record<string, string | undefined>[] {
  const steps: Record<string, string | undefined>[] = [];
  step.lastIndex = 0;
  for (let found = step.exec(path); found !== null; found = step.exec(path)) steps.push(found.groups ?? {});
  return steps;
}

/** Names in brackets: `'a'`, `'a', 'b'`; none of a place, a slice, a filter or `*`. */
function namesIn(brackets: string): string[] {
  if (!/^['"]/.test(brackets)) return [];
  return Array.from(brackets.matchAll(quoted), ([name]) => name.slice(1, -1));
}

function literal(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
