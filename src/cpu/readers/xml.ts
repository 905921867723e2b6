import { Parser } from 'htmlparser2';

import { decodeXml } from '../../files/index.js';

/** An element of XML. Its name has the prefix of its namespace as {@link prefixes} has it, whatever the document calls it. */
export interface Element {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: (Element | string)[];
}

/** Namespaces by the end of their names, without the year: those of ECMA-376 in both its editions, OpenDocument and EPUB. */
const prefixes: readonly (readonly [pattern: RegExp, prefix: string])[] = [
  [/\/wordprocessingml\/(?:\d+\/)?main$/, 'w'],
  [/\/spreadsheetml\/(?:\d+\/)?main$/, 'x'],
  [/\/presentationml\/(?:\d+\/)?main$/, 'p'],
  [/\/drawingml\/(?:\d+\/)?main$/, 'a'],
  [/\/drawingml\/(?:\d+\/)?chart$/, 'c'],
  [/\/drawingml\/(?:\d+\/)?diagram$/, 'dgm'],
  [/\/officeDocument\/(?:\d+\/)?math$/, 'm'],
  [/\/officeDocument\/(?:\d+\/)?relationships$/, 'r'],
  [/\/package\/\d+\/relationships$/, 'rel'],
  [/\/markup-compatibility\/\d+$/, 'mc'],
  [/:opendocument:xmlns:([a-z]+):[\d.]+$/, ''],
  [/\/idpf\.org\/2007\/opf$|\/www\.idpf\.org\/2007\/opf$/, 'opf'],
  [/^urn:oasis:names:tc:opendocument:xmlns:container$/, 'container'],
  [/^http:\/\/www\.w3\.org\/1998\/Math\/MathML$/, 'math'],
  [/^http:\/\/purl\.org\/dc\/elements\/1\.1\/$/, 'dc'],
  [/^http:\/\/www\.w3\.org\/1999\/xlink$/, 'xlink'],
];

/** Deepest nesting of elements. Nested tables of real documents have about a hundred. */
const mostDepth = 1_000;

/** What happens in an XML document, in its order. Entities of the document's own are not expanded, and nothing is fetched. */
export interface Events {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  close(name: string): void;
  text(text: string): void;
}

/** @throws Error where it is nested too deeply */
export function parseEvents(bytes: Uint8Array, { open, close, text }: Events): void {
  const scopes: ReadonlyMap<string, string>[] = [new Map()];
  const names: string[] = [];
  const parser = new Parser(
    {
      onopentag(given, attributes) {
        if (names.length === mostDepth) throw new Error(`Expected elements in at most ${mostDepth} others, got more.`);
        const scope = scopeOf(attributes, scopes.at(-1) ?? new Map());
        scopes.push(scope);
        names.push(nameIn(given, scope));
        open(names.at(-1) ?? given, canonical(attributes, scope));
      },
      onclosetag() {
        scopes.pop();
        close(names.pop() ?? '');
      },
      ontext: text,
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(decodeXml(bytes));
}

/** The root element of an XML document. @throws Error where there is none */
export function parseXml(bytes: Uint8Array): Element {
  const top: Element = { name: '', attributes: {}, children: [] };
  const way = [top];
  parseEvents(bytes, {
    open(name, attributes) {
      const element = { name, attributes, children: [] };
      way.at(-1)?.children.push(element);
      way.push(element);
    },
    close() {
      way.pop();
    },
    text(text) {
      way.at(-1)?.children.push(text);
    },
  });
  const root = elementsOf(top)[0];
  if (root === undefined) throw new Error('Expected XML with an element, got none.');
  return root;
}

export function elementsOf(element: Element | undefined, ...names: readonly string[]): Element[] {
  const all = element?.children.filter((child) => typeof child !== 'string') ?? [];
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

/** The first child of a name, and of that the first of the next name, and so on. */
export function childOf(element: Element | undefined, ...names: readonly string[]): Element | undefined {
  return names.reduce((from, name) => elementsOf(from, name)[0], element);
}

/** All elements of a name below an element, in their order; not those inside of one of them. */
export function* below(element: Element | undefined, ...names: readonly string[]): Generator<Element> {
  for (const child of elementsOf(element)) {
    if (names.includes(child.name)) yield child;
    else yield* below(child, ...names);
  }
}

/** All text below an element. */
export function textOf(element: Element | undefined): string {
  return element?.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('') ?? '';
}

function scopeOf(
  attributes: Readonly<Record<string, string>>,
  above: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const declared = Object.entries(attributes).filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'));
  if (declared.length === 0) return above;
  return new Map([...above, ...declared.map(([name, uri]): [string, string] => [name.slice(6), prefixOf(name, uri)])]);
}

function prefixOf(declared: string, uri: string): string {
  for (const [pattern, prefix] of prefixes) {
    const match = pattern.exec(uri);
    if (match !== null) return prefix || (match[1] ?? '');
  }
  return declared.slice(6);
}

function nameIn(name: string, scope: ReadonlyMap<string, string>): string {
  const at = name.indexOf(':');
  const prefix = at === -1 ? '' : name.slice(0, at);
  const known = scope.get(prefix) ?? prefix;
  return known === '' ? name.slice(at + 1) : `${known}:${name.slice(at + 1)}`;
}

/** An attribute without a prefix has no namespace. */
function canonical(
  attributes: Readonly<Record<string, string>>,
  scope: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name.includes(':') ? nameIn(name, scope) : name, value]),
  );
}
