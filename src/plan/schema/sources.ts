import type { FolderSource, HttpSource } from '../../contract/source.js';
import { key, milliseconds } from './parts.js';
import { either, flag, list, map, object, text, word } from './schema.js';

const name = key('Names the source in the result.');

const folder = object<FolderSource & { name: string }>(
  'A folder of text files.',
  {
    name,
    kind: { const: 'files' },
    folder: text("Absolute path on the worker's machine. The worker has to allow it.", { minLength: 1 }),
  },
  ['name', 'kind', 'folder'],
);

const http = object<HttpSource & { name: string }>(
  'A search service over HTTP.',
  {
    name,
    kind: { const: 'http' },
    url: text('`{{ query }}` stands for the question.', { minLength: 1 }),
    hits: text('JSONPath of the hits.', { minLength: 1 }),
    title: text("JSONPath of a hit's title, from the hit on."),
    link: text("JSONPath of a hit's link, from the hit on."),
    text: text("JSONPath of a hit's text, from the hit on."),
    page: text('Address of a hit without a link; `{{ $.id }}` in it stands for what is at a path of the hit.'),
    rank: text('JSONPath of a number by which hits are ordered, the least first; as they come by default.'),
    headers: map("Headers. `${NAME}` is read from the worker's environment, where it allows that.", text('A value.')),
    timeoutMs: milliseconds("Time that a search may take; the run's `timeoutMs` by default."),
    format: word('Format of the answer.', ['json', 'xml'], 'json'),
    everyMs: milliseconds('Least time between two requests of one worker to the host.'),
    private: flag('Whether the host may have a private address. The worker has to allow it, too.'),
  },
  ['name', 'kind', 'url', 'hits', 'title', 'link', 'text'],
);

export function sourcesOf(description: string, minItems = 0) {
  return list(description, either('A source.', folder, http), { minItems, maxItems: 50, uniqueBy: 'name' });
}
