// Writes docs/api: what each entry point of the package exports, with the comments and types of the compiled declarations. A test holds the
// pages against the declarations. typedoc would need a TypeScript of its own: it knows none that has no compiler API.
//   npm run build && node scripts/write-api.mjs
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What each entry point is for, in the order of the pages. */
const entries = {
  './workflows': 'For workflows: fan-outs, their branches, and what is made of their outcomes.',
  './output': 'For the file that holds your schemas.',
  './worker': 'For the program that runs a worker.',
  './testing': 'For tests of your workflows.',
  '.': 'For programs that start and follow runs.',
  './activities': 'For workers that are put together by hand.',
  './offline': 'The offline model, on a port of its own.',
};

/** The text of every page, by its file's name. */
export async function apiPages() {
  const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const pages = {};
  const rows = [];
  for (const [entry, purpose] of Object.entries(entries)) {
    const specifier = entry === '.' ? 'fanfold' : `fanfold${entry.slice(1)}`;
    const name = `${specifier.replaceAll('/', '-')}.md`;
    const found = await exportsOf(join(root, exports[entry].types));
    rows.push(`| [\`${specifier}\`](${name}) | ${purpose} |`);
    pages[name] = page(specifier, purpose, found);
  }
  const head =
    '# API reference\n\nWritten by `scripts/write-api.mjs` from the docstrings. [The library](../library.md) says how the parts go together.';
  pages['README.md'] = `${head}\n\n| import from | |\n|---|---|\n${rows.join('\n')}\n`;
  return pages;
}

function page(specifier, purpose, found) {
  const sections = found
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, doc, code }) => `## ${name}\n\n${doc === '' ? '' : `${doc}\n\n`}\`\`\`ts\n${code}\n\`\`\``);
  return `# \`${specifier}\`\n\n${purpose} [All entry points](README.md).\n\n${sections.join('\n\n')}\n`;
}

async function exportsOf(file) {
  const text = await readFile(file, 'utf8');
  const own = declarationsIn(text)
    .filter(({ exported }) => exported)
    .map((each) => ({ ...each, declared: each.name, file }));
  const others = [];
  for (const { names, from } of reexportsIn(text)) {
    for (const [name, as] of names) {
      const declared = await declarationOf(name, from, file);
      others.push({ ...declared, name: as });
    }
  }
  return [...own, ...others];
}

/**
 * Types of ours that stand in what an entry point exports, and that nobody can import from it or from `fanfold`: `Name of file`. Two types
 * of one name are two types: each is known by the file that declares it.
 */
export async function hiddenTypes(entry) {
  const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const found = await exportsOf(join(root, exports[entry].types));
  const exported = new Set([...found, ...(await exportsOf(join(root, exports['.'].types)))].map(placed));
  const hidden = new Set();
  for (const { code, file } of found.filter((each) => each.file !== undefined)) {
    const words = new Set(code.replaceAll(/\/\*.*?\*\/|'[^']*'/gs, '').match(/\b[A-Z]\w*/g));
    for (const [name, ours] of await oursIn(file)) {
      if (words.has(name) && !exported.has(placed(ours))) hidden.add(placed(ours));
    }
  }
  return [...hidden].toSorted((one, other) => one.localeCompare(other));
}

function placed({ declared, file }) {
  return `${declared} of ${relative(root, file ?? '')}`;
}

/** What a file declares, or imports from other files of ours, by the name that it has there. */
async function oursIn(file) {
  const text = await readFile(file, 'utf8');
  const ours = new Map(declarationsIn(text).map(({ name }) => [name, { declared: name, file }]));
  for (const [, list, from] of text.matchAll(/^import (?:type )?\{([^}]*)\} from '(\.[^']+)';/gm)) {
    for (const [name, as] of namesIn(list)) ours.set(as, await declarationOf(name, from, file));
  }
  return ours;
}

/** The declaration of a name that a file has from another one, however far away. */
async function declarationOf(name, from, file) {
  const path = await declarationsFile(from, file);
  if (path === undefined) return { name, declared: name, doc: '', code: `export { ${name} } from '${from}';` };
  const text = await readFile(path, 'utf8');
  const here = declarationsIn(text).find((each) => each.name === name);
  if (here !== undefined) return { ...here, declared: name, file: path };
  for (const { names, from: further } of reexportsIn(text)) {
    const [origin] = names.find(([, as]) => as === name) ?? [];
    if (origin !== undefined) return declarationOf(origin, further, path);
  }
  throw new Error(`Expected ${path} to declare or export ${name}.`);
}

/** The declarations that a specifier stands for, where they are ours: in a file beside, or in a package of the workspace. */
async function declarationsFile(from, file) {
  if (from.startsWith('.')) return join(dirname(file), from.replace(/\.js$/, '.d.ts'));
  if (!from.startsWith('@fanfold/')) return undefined;
  const folder = join(root, 'packages', from.slice('@fanfold/'.length));
  const { exports } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return join(folder, exports['.'].types);
}

function reexportsIn(text) {
  return [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)';/gm)].map(([, list, from]) => ({
    from,
    names: namesIn(list),
  }));
}

/** The names between braces of an import or export, each with the name that it has on the other side. */
function namesIn(list) {
  return list
    .split(',')
    .map((each) => each.trim().replace(/^type /, ''))
    .filter((each) => each !== '')
    .map((each) => {
      const [name, as = name] = each.split(' as ');
      return [name, as];
    });
}

/** Declarations of a compiled file: tsc begins each at the margin, its comment right above. Overloads are one. */
function declarationsIn(text) {
  const found = new Map();
  const lines = text.split('\n');
  let comment = '';
  for (let at = 0; at < lines.length; at += 1) {
    if (lines[at].startsWith('/**')) {
      const first = at;
      while (!lines[at].includes('*/')) at += 1;
      comment = prose(lines.slice(first, at + 1).join('\n'));
      continue;
    }
    const [, exported, name] =
      /^(export )?(?:declare )?(?:abstract )?(?:function|interface|class|type|const|enum) (\w+)/.exec(lines[at]) ?? [];
    if (name === undefined) {
      comment = '';
      continue;
    }
    const first = at;
    while (!/^(?:\}|\S.*;)$/.test(lines[at])) at += 1;
    const code = lines.slice(first, at + 1).filter((line) => !/^\s+(?:#private;|private )/.test(line));
    const before = found.get(name);
    found.set(name, {
      name,
      exported: exported !== undefined,
      doc: before?.doc || comment,
      code: [...(before ? [before.code] : []), code.join('\n').replaceAll(/^export (?:declare )?/gm, '')].join('\n'),
    });
    comment = '';
  }
  return [...found.values()];
}

/** A comment as Markdown. */
function prose(comment) {
  return comment
    .replaceAll(/^(?:\/\*\*|\s*\*(?!\/)) ?/gm, '')
    .replace(/\s*\*\/$/, '')
    .replaceAll(/\{@link ([^}]+)\}/g, '`$1`')
    .replaceAll(/^@param (\w+) /gm, '- `$1`: ')
    .replaceAll(/^@throws /gm, '- Throws ')
    .replaceAll(/^@returns /gm, '- Returns ')
    .trim();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const entry of Object.keys(entries)) {
    const hidden = await hiddenTypes(entry);
    if (hidden.length > 0) {
      throw new Error(
        `Expected fanfold or ${entry} to export every type in its signatures, got none for ${hidden.join(', ')}.`,
      );
    }
  }
  const folder = join(root, 'docs', 'api');
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(await apiPages())) await writeFile(join(folder, name), text);
}
