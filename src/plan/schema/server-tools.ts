import type { ServerTool } from '../../contract/server-tool.js';
import { searchDefaults } from '../server-tools.js';
import { either, list, object, text, whole } from './schema.js';
import type { ListSchema } from './schema.js';

type Of<Name extends ServerTool['name']> = Extract<ServerTool, { name: Name }>;

/** Tools that the API runs itself. */
export function serverToolsOf(description: string): ListSchema {
  return list(
    description,
    either(
      'A tool of the API.',
      object<Of<'web_search'>>(
        'Searches the web.',
        {
          name: { const: 'web_search' },
          maxUses: whole('Most searches of one call of the model.', { maximum: 100, default: searchDefaults.maxUses }),
          allowedDomains: list('The only hosts of results.', text('A host, with or without a path.', { minLength: 1 })),
        },
        ['name'],
      ),
      object<Of<'code_execution'>>('Runs code in a container of the API.', { name: { const: 'code_execution' } }, [
        'name',
      ]),
    ),
  );
}
