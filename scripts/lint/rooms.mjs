import { dirname, posix, relative, resolve, sep } from 'node:path';

/**
 * The lint rule `fanfold/rooms`: what each room may import, as the table in `.oxlintrc.json` says.
 *
 * The built-in `no-restricted-imports` sees a path as it is written, which says another thing at every depth, and it
 * overlooks `import('…').Type`, through which Node's types would reach the sandbox unseen.
 *
 * Rooms-1. A room is a folder or file of the table, with all that lies in it; the longest match counts.
 * Rooms-2. A relative import must end in the room itself or in one of its `rooms`.
 * Rooms-3. Where a room lists `packages`, any other package and all of Node's modules are refused; `without` refuses those that
 *     it begins.
 * Rooms-4. Code in `src` or `packages` that is in no room is refused: a new folder is not a way around the table.
 * Rooms-5. A workspace package is imported by its name, `@fanfold/NAME`, where a room lists `packages/NAME`; by a path from nowhere
 *     outside it.
 */
const rooms = {
  meta: {
    type: 'problem',
    schema: [
      {
        type: 'object',
        additionalProperties: {
          type: 'object',
          properties: {
            rooms: { type: 'array', items: { type: 'string' } },
            packages: { type: 'array', items: { type: 'string' } },
            without: { type: 'string' },
          },
          required: ['rooms'],
          additionalProperties: false,
        },
      },
    ],
  },
  create(context) {
    const [table] = context.options;
    const file = context.filename;
    const path = relative(context.cwd, file).split(sep).join(posix.sep);
    const room = roomOf(path, table);

    function check(source) {
      if (typeof source?.value !== 'string') return;
      const message = refusal(source.value, { file, room, table, root: context.cwd });
      if (message !== undefined) context.report({ node: source, message });
    }

    return {
      Program(node) {
        if (room !== undefined || !/^(src|packages)\//.test(path)) return;
        context.report({ node, message: `${path} is in no room: add its folder to the table in .oxlintrc.json.` });
      },
      ImportDeclaration: ({ source }) => check(source),
      ExportNamedDeclaration: ({ source }) => check(source),
      ExportAllDeclaration: ({ source }) => check(source),
      ImportExpression: ({ source }) => check(source),
      TSImportType: ({ source }) => check(source),
      TSExternalModuleReference: ({ expression }) => check(expression),
      CallExpression: ({ callee, arguments: [source] }) => callee.name === 'require' && check(source),
    };
  },
};

function refusal(specifier, { file, room, table, root }) {
  const pathOf = (absolute) => relative(root, absolute).split(sep).join(posix.sep);
  const target = specifier.startsWith('.') ? pathOf(resolve(dirname(file), specifier)) : undefined;
  const workspace = target === undefined ? undefined : workspaceOf(target);
  if (workspace !== undefined && workspace !== workspaceOf(pathOf(file))) {
    return `${workspace} is imported by its name, @fanfold/${posix.basename(workspace)}, not by a path.`;
  }
  if (room === undefined) return undefined;
  const allowed = table[room];
  return target === undefined ? refusedPackage(specifier, room, allowed) : refusedPath(target, room, allowed, table);
}

function refusedPackage(specifier, room, allowed) {
  const [, name] = /^@fanfold\/([^/]+)/.exec(specifier) ?? [];
  if (name !== undefined) {
    return allowed.rooms.includes(`packages/${name}`) ? undefined : `${room} may not import packages/${name}.`;
  }
  // A package's own name leads back into it through its exports.
  const ownName = specifier === 'fanfold' || specifier.startsWith('fanfold/') || specifier.startsWith('#');
  const isRefused = allowed.without !== undefined && specifier.startsWith(allowed.without);
  if (!ownName && !isRefused && (allowed.packages?.includes(specifier) ?? true)) return undefined;
  const list = allowed.packages?.join(', ') ?? (isRefused ? 'other packages' : 'packages of others');
  return `${room} may import ${list}, not ${specifier}.`;
}

function refusedPath(target, room, allowed, table) {
  const targetRoom = roomOf(target, table);
  if (targetRoom !== undefined && (targetRoom === room || allowed.rooms.includes(targetRoom))) return undefined;
  const list = allowed.rooms.join(', ') || 'no other room';
  return `${room} may import ${list}, not ${targetRoom ?? target}.`;
}

/** The workspace package that a path lies in. */
function workspaceOf(path) {
  return /^packages\/[^/]+/.exec(path)?.[0];
}

function roomOf(path, table) {
  const matches = Object.keys(table).filter((room) => path === room || path.startsWith(`${room}/`));
  return matches.sort((left, right) => right.length - left.length)[0];
}

export default { meta: { name: 'fanfold' }, rules: { rooms } };
