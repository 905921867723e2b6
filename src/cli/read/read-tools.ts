import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { JsonSchema } from '../../contract/json-schema.js';
import { isLocalHost } from '../../contract/tool.js';
import type { Tool } from '../../contract/tool.js';
import { InputError } from '../../contract/errors.js';
import { jsonSchemaOf, loadTools } from '../../tools/index.js';
import type { ToolRegistry } from '../../tools/index.js';
import { shownAddress } from '../../secrets/index.js';
import { builtInSources, readSources } from './read-sources.js';
import { checkToolSchema } from './check-tool-schema.js';
import { mcpTools } from './read-mcp.js';
import type { World } from '../world.js';
import { namesIn } from './names-in.js';

/** Tools that need nothing. */
const plainTools = ['calculator', 'time'] as const;

/** The words that `--tools` takes, for help and errors. */
export const toolWords = [
  ...plainTools,
  ...builtInSources,
  'names of `--sources-file`',
  'files:FOLDER',
  'fetch:HOST',
  'a module such as ./tools.mjs',
].join(', ');

export interface ToolFlags {
  tools?: string;
  mcp?: string;
  sourcesFile?: string;
  quiet?: boolean;
}

/**
 * The tools that `--tools` and `--mcp` name. Modules and MCP servers are registered in the home, whose workers run them.
 *
 * @throws InputError where one is unknown or cannot be used
 * @throws UnavailableError where an MCP server cannot be reached
 */
export async function readTools(
  { tools, mcp, sourcesFile, quiet }: ToolFlags,
  registry: ToolRegistry,
  world: World,
): Promise<Tool[]> {
  const given = namesIn(tools);
  const words = given ?? (mcp === undefined ? [...plainTools] : []);
  const named = await Promise.all(words.map((word) => toolsOf(word, sourcesFile, registry, world)));
  const served = mcp === undefined ? [] : await mcpTools(mcp, registry, world, quiet);
  const all = [...mergeFetches(named.flat()), ...served];
  if (all.length === 0) throw new InputError('Expected at least one tool, got none.');
  return all;
}

async function toolsOf(
  word: string,
  sourcesFile: string | undefined,
  registry: ToolRegistry,
  world: World,
): Promise<Tool[]> {
  if (word === 'calculator') return [calculator];
  if (word === 'time') return [time];
  if (word.startsWith('files:')) return fileTools(resolve(world.cwd, word.slice('files:'.length)), word);
  if (word.startsWith('fetch:')) return [fetchTool(word.slice('fetch:'.length))];
  if (/\.[cm]?[jt]s$/.test(word)) return moduleTools(resolve(world.cwd, word), registry);
  const [source] = await readSources([word], sourcesFile, world).catch((error: Error) => {
    // An error in the file is told before a name that is not in it.
    if (!error.message.startsWith('Expected a source')) throw error;
    throw new InputError(`Expected a tool to be one of ${toolWords}, got \`${word}\`, which is none.`);
  });
  if (source === undefined) return [];
  return [
    {
      name: word,
      description: `Searches ${word} and returns its hits, each with title, link and text.`,
      inputSchema: objectOf({ query: { type: 'string', description: 'What to search for.' } }, ['query']),
      by: { kind: 'source', source },
    },
  ];
}

const calculator: Tool = {
  name: 'calculator',
  description:
    'Works out an arithmetic expression such as (1200 * 1.05^3) / 4 in decimal arithmetic, exactly where you would guess. A result of more than 30 digits is rounded to 17.',
  inputSchema: objectOf(
    {
      expression: {
        type: 'string',
        description:
          'With + - * / ^ % (the remainder) ! ( ), pi, e and functions such as sqrt(x), ln(x), log10(x), round(x, digits), min(x, y, …).',
      },
    },
    ['expression'],
  ),
  by: { kind: 'calculator' },
};

const time: Tool = {
  name: 'time',
  description: 'Tells the current date and time.',
  inputSchema: objectOf({ timezone: { type: 'string', description: 'Such as Europe/Oslo; UTC by default.' } }),
  by: { kind: 'time' },
};

async function fileTools(folder: string, word: string): Promise<Tool[]> {
  const isFolder = (await stat(folder).catch(() => undefined))?.isDirectory() ?? false;
  if (!isFolder) throw new InputError(`Expected a folder after \`files:\`, got \`${word}\`, which is none.`);
  return [
    {
      name: 'search_files',
      description: 'Searches the text files of the folder and returns the best passages, each with its file.',
      inputSchema: objectOf({ query: { type: 'string', description: 'What to search for.' } }, ['query']),
      by: { kind: 'source', source: { name: word, kind: 'files', folder } },
    },
    {
      name: 'list_files',
      description: 'Lists the files of the folder, or of a folder in it.',
      inputSchema: objectOf({ path: { type: 'string', description: 'A folder in it; all of it by default.' } }),
      by: { kind: 'list-files', folder },
    },
    {
      name: 'read_file',
      description: 'Reads a text file of the folder.',
      inputSchema: objectOf(
        {
          path: { type: 'string', description: 'As `list_files` names it.' },
          from: { type: 'integer', minimum: 0, description: 'Byte at which to go on, where a file is read in parts.' },
        },
        ['path'],
      ),
      by: { kind: 'read-file', folder },
    },
  ];
}

function fetchTool(host: string): Tool {
  if (!/^[\w.-]+(:\d+)?$|^\[[0-9a-f:]+\](:\d+)?$/i.test(host)) {
    throw new InputError(`Expected a host after \`fetch:\`, such as docs.example.org, got \`${shownAddress(host)}\`.`);
  }
  const name = host.toLowerCase();
  return {
    name: 'fetch',
    description: `Fetches a page as text from ${host}.`,
    inputSchema: objectOf({ url: { type: 'string', description: `An address at ${host}.` } }, ['url']),
    // Naming a local host allows its private address.
    by: { kind: 'fetch', hosts: [name], ...(isLocalHost(name) && { private: [name] }) },
  };
}

/** Merges all fetches into one tool, for all hosts that are allowed. */
function mergeFetches(tools: readonly Tool[]): Tool[] {
  const fetches = tools.flatMap(({ by }) => (by.kind === 'fetch' ? [by] : []));
  const [first] = fetches;
  if (first === undefined || fetches.length === 1) return [...tools];
  const hosts = [...new Set(fetches.flatMap((by) => by.hosts))];
  const local = hosts.filter(isLocalHost);
  const merged: Tool = {
    ...fetchTool(hosts[0] ?? ''),
    description: `Fetches a page as text from ${hosts.join(', ')}.`,
    by: { kind: 'fetch', hosts, ...(local.length > 0 && { private: local }) },
  };
  return [...tools.filter(({ by }) => by.kind !== 'fetch'), merged];
}

async function moduleTools(path: string, registry: ToolRegistry): Promise<Tool[]> {
  const tools = await loadTools(path);
  const schemas = tools.map((tool) => jsonSchemaOf(tool));
  for (const [at, schema] of schemas.entries()) checkToolSchema(schema, `${path}: tool \`${tools[at]?.name}\``);
  const sha256 = await registry.put({ module: path });
  return tools.map((tool, at) => ({
    name: tool.name,
    description: tool.description,
    inputSchema: schemas[at] ?? {},
    ...(tool.changes === true && { changes: true }),
    by: { kind: 'registered', sha256, tool: tool.name },
  }));
}

function objectOf(properties: Record<string, JsonSchema>, required: string[] = []): JsonSchema {
  return { type: 'object', properties, required, additionalProperties: false };
}
