import type { Tool, ToolBy } from '../../contract/tool.js';
import { jsonSchema, milliseconds } from './parts.js';
import { either, flag, list, object, text } from './schema.js';
import { sourcesOf } from './sources.js';

type By<Kind extends ToolBy['kind']> = Extract<ToolBy, { kind: Kind }>;

const folder = text('A folder of the worker, which has to allow it.', { minLength: 1 });
const hosts = list('Hosts.', text('A host, with or without a port.', { minLength: 1 }));

const by = either(
  'The part of the worker that runs the tool.',
  object<{ kind: 'calculator' }>('Works out a sum.', { kind: { const: 'calculator' } }, ['kind']),
  object<{ kind: 'time' }>('Tells the time.', { kind: { const: 'time' } }, ['kind']),
  object<By<'list-files'>>('Lists files.', { kind: { const: 'list-files' }, folder }, ['kind', 'folder']),
  object<By<'read-file'>>('Reads a file.', { kind: { const: 'read-file' }, folder }, ['kind', 'folder']),
  object<By<'source'>>('Searches a source.', { kind: { const: 'source' }, source: sourcesOf('').items }, [
    'kind',
    'source',
  ]),
  object<By<'fetch'>>(
    'Fetches a page.',
    {
      kind: { const: 'fetch' },
      hosts,
      private: either('The hosts that may have a private address.', { type: 'boolean' }, hosts),
    },
    ['kind', 'hosts'],
  ),
  object<By<'registered'>>(
    "A tool of a module or MCP server that the worker's home knows.",
    {
      kind: { const: 'registered' },
      sha256: text('Its name in the home.', { minLength: 1 }),
      tool: text('The tool.', { minLength: 1 }),
    },
    ['kind', 'sha256', 'tool'],
  ),
);

const tool = object<Tool>(
  'Something that the model may have called.',
  {
    name: text('Letters, digits, "-" and "_".', { minLength: 1, maxLength: 64, pattern: '^[a-zA-Z0-9_-]+$' }),
    description: text('What it does, for the model.'),
    inputSchema: jsonSchema('JSON Schema of its input.'),
    by,
    changes: flag('Whether it changes something: each call must be allowed.'),
    timeoutMs: milliseconds("Time that a try may take; the run's `toolTimeoutMs` by default."),
  },
  ['name', 'description', 'inputSchema', 'by'],
);

export function toolsOf(description: string) {
  return list(description, tool, { maxItems: 1_000, uniqueBy: 'name' });
}
