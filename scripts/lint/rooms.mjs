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
 * Rooms-4. Code in `src` that is in no room is refused: a new folder is not a way around the table.
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
        if (room !== undefined || !path.startsWith('src/')) return;
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
  if (room === undefined) return undefined;
  const allowed = table[room];
  if (!specifier.startsWith('.')) {
    // A package's own name leads back into it through its exports.
    const ownName = specifier === 'fanfold' || specifier.startsWith('fanfold/') || specifier.startsWith('#');
    const isRefused = allowed.without !== undefined && specifier.startsWith(allowed.without);
    if (!ownName && !isRefused && (allowed.packages?.includes(specifier) ?? true)) return undefined;
    const list = allowed.packages?.join(', ') ?? (isRefused ? 'other packages' : 'packages of others');
    return `${room} may import ${list}, not ${specifier}.`;
  }
  const target = relative(root, resolve(dirname(file), specifier))
    .split(sep)
    .join(posix.sep);
  const targetRoom = roomOf(target, table);
  if (targetRoom !== undefined && (targetRoom === room || allowed.rooms.includes(targetRoom))) return undefined;
  const list = allowed.rooms.join(', ') || 'no other room';
  return `${room} may import ${list}, not ${targetRoom ?? target}.`;
}

function roomOf(path, table) {
  const matches = Object.keys(table).filter((room) => path === room || path.startsWith(`${room}/`));
  return matches.sort((left, right) => right.length - left.length)[0];
}

export default { meta: { name: 'fanfold' }, rules: { rooms } };
