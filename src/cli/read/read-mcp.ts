import { dirname, resolve } from 'node:path';

import { InputError, UnavailableError } from '../../contract/errors.js';
import type { Tool } from '../../contract/tool.js';
import { McpServers } from '../../tools/index.js';
import type { McpTool, ToolRegistry } from '../../tools/index.js';
import { line, terminalLine } from '../show/terminal-text.js';
import type { World } from '../world.js';
import { checkToolSchema } from './check-tool-schema.js';
import { inOurWords, mcpShape, serverOf, unusedKeys } from './mcp-shape.js';
import type { GivenServer } from './mcp-shape.js';
import { namesOfTools } from './mcp-names.js';
import { readYaml } from './read-yaml.js';

/** The tools of a server, or why there are none. */
interface Served {
  server: string;
  tools: (Omit<Tool, 'name'> & { own: string })[];
  notes: string[];
}

/**
 * The tools of the servers in a file, named `server__tool` as other clients do. What cannot be used is named on standard error.
 *
 * @throws InputError where the file cannot be read so
 * @throws UnavailableError where a server cannot be reached
 */
export async function mcpTools(
  path: string,
  registry: ToolRegistry,
  world: World,
  quiet: boolean | undefined,
): Promise<Tool[]> {
  const read = mcpShape.safeParse(inOurWords(await readYaml(path, 'a file of MCP servers', world)));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new InputError(
      `${path}: at ${issue?.path.join('.') || 'the top'}: ${issue?.message ?? ''}.`,
      'Its shape is { "mcpServers": { "name": { "command": "…", "args": [] } or { "url": "…" } } }, each with "reads": ["…"] for tools that only read.',
    );
  }
  const servers = new McpServers(world.env, world.secrets);
  try {
    const all = await Promise.all(
      Object.entries(read.data.mcpServers).map(([name, given]) => serve(name, given, servers, registry, world, path)),
    );
    if (quiet !== true) for (const { server, notes } of all) tell(server, notes, world);
    const served = all.flatMap(({ server, tools }) => tools.map(({ own, ...tool }) => ({ server, own, tool })));
    const names = namesOfTools(served);
    return served.map(({ tool }, at) => ({ name: names[at] ?? '', ...tool }));
  } finally {
    await servers.close();
  }
}

async function serve(
  name: string,
  given: GivenServer,
  servers: McpServers,
  registry: ToolRegistry,
  world: World,
  path: string,
): Promise<Served> {
  if (given.disabled === true) return { server: name, tools: [], notes: ['is disabled in the file: it is left out'] };
  // Relative paths begin where the file is.
  const mcp = serverOf(name, given, dirname(resolve(world.cwd, path)));
  const { tools, leftOut } = await servers.tools(mcp).catch((error: Error) => {
    throw new UnavailableError('McpFailed', error.message, `See \`${name}\` in ${path}.`);
  });
  const readers = given.reads ?? [];
  checkReaders(readers, tools, `${path}: at mcpServers.${name}.reads`);
  for (const tool of tools) checkToolSchema(tool.inputSchema, `${path}: tool \`${tool.name}\` of \`${name}\``);
  const sha256 = await registry.put({ mcp });
  return {
    server: name,
    tools: tools.map((tool) => ({
      own: tool.name,
      description: tool.description,
      inputSchema: tool.inputSchema,
      ...(!readers.includes(tool.name) && { changes: true }),
      by: { kind: 'registered', sha256, tool: tool.name },
    })),
    notes: [...unusedKeys(given).map(unused), ...leftOut],
  };
}

/** Keys of other clients, and what stands for them here. */
const instead: Record<string, string> = {
  timeout: '`--tool-timeout` holds for each call',
  alwaysAllow: 'list tools that only read in `reads`, or give `--allow`',
  autoApprove: 'list tools that only read in `reads`, or give `--allow`',
  trust: 'list tools that only read in `reads`, or give `--allow`',
};

function unused(key: string): string {
  const advice = Object.hasOwn(instead, key) ? `: ${instead[key]}` : '';
  return `has \`${key}\` in the file, which fanfold does not use${advice}`;
}

function tell(server: string, notes: readonly string[], world: World): void {
  for (const note of notes) {
    world.stderr.write(line`fanfold: the MCP server ${terminalLine(server, 100)} ${terminalLine(note, 300)}\n`);
  }
}

/**
 * Checks the names in `reads`. The file's author alone can say that a tool is harmless: a server may say anything of itself.
 *
 * @throws InputError where the server has no such tool, or itself says that it destroys
 */
function checkReaders(readers: readonly string[], offered: readonly McpTool[], where: string): void {
  const strange = readers.find((reader) => !offered.some(({ name }) => name === reader));
  if (strange !== undefined) {
    const names = offered.map(({ name }) => name).join(', ') || 'none';
    throw new InputError(`${where}: expected tools that the server offers (${names}), got \`${strange}\`.`);
  }
  const destroyer = offered.find(({ name, destroys }) => destroys && readers.includes(name));
  if (destroyer === undefined) return;
  throw new InputError(
    `${where}: expected tools that only read, got \`${destroyer.name}\`, of which the server says that it may destroy something.`,
    'Leave it out: each call then waits for `fanfold approve`, or is allowed by `--allow`.',
  );
}
