/** A text in quotation marks, as names with signs have them. */
const quoted = /'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"/g;

/** A name, or names, whose value is gone through: `item[*]`, `['dc:title'][0]`, `entry[?@.id]`. */
const goneThrough = /(?:\.\s*([^\s.[\]'"*?@$()]+)|\[\s*(?:'([^']*)'|"([^"]*)")\s*\])\s*\[\s*(?:\*|\?|-?\d|:)/g;

/** Whether a JSONPath goes through what it finds: by `*`, `..`, a slice or a filter. */
export function isList(path: string): boolean {
  return /[*?:]|\.\./.test(path.replaceAll(quoted, "''"));
}

/** Whether a JSONPath ends with a name: a list that it leads to is meant with its items. */
export function isNamed(path: string): boolean {
  return /(?:^\$|\.\s*[^\s.[\]'"*?]+|['"]\s*\])\s*$/.test(path);
}

/** Names that paths go through as lists. In XML nothing says that an element is one where it stands alone. */
export function listsIn(paths: readonly string[]): ReadonlySet<string> {
  return new Set(
    paths.flatMap((path) =>
      Array.from(path.matchAll(goneThrough), ([, bare, single, double]) => bare ?? single ?? double ?? ''),
    ),
  );
}
