import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import * as z from 'zod';

import { parseDuration } from '../../contract/duration.js';
import { InputError } from '../../contract/errors.js';
import { hitParts } from '../../contract/source.js';
import type { HttpSource, Source } from '../../contract/source.js';
import { compilePath } from '../../cpu/hits/json-path.js';
import { headerFault, looksSecret, sentHeader, withoutUser } from '../../secrets/index.js';
import { readYaml } from './read-yaml.js';
import type { World } from '../world.js';

/** Sources that need no file: public searches. */
const builtIn: Record<string, HttpSource> = {
  wikipedia: {
    kind: 'http',
    url: 'https://en.wikipedia.org/w/api.php?action=query&format=json&formatversion=2&generator=search&gsrlimit=10&prop=info|extracts&inprop=url&exintro=1&explaintext=1&exlimit=10&gsrsearch={{ query }}',
    hits: '$.query.pages[*]',
    title: '$.title',
    link: '$.fullurl',
    text: '$.extract',
    rank: '$.index',
  },
  arxiv: {
    kind: 'http',
    url: 'https://export.arxiv.org/api/query?max_results=10&search_query=all:{{ query }}',
    format: 'xml',
    hits: '$.feed.entry[*]',
    title: '$.title',
    link: '$.id',
    text: '$.summary',
    // The service's terms of use ask for it.
    everyMs: 3_000,
  },
  crossref: {
    kind: 'http',
    url: 'https://api.crossref.org/works?rows=10&query={{ query }}',
    hits: '$.message.items[*]',
    title: '$.title[0]',
    link: '$.URL',
    text: '$.abstract',
  },
  hackernews: {
    kind: 'http',
    url: 'https://hn.algolia.com/api/v1/search?tags=story&query={{ query }}',
    hits: '$.hits[*]',
    title: '$.title',
    link: '$.url',
    text: '$.story_text',
    page: 'https://news.ycombinator.com/item?id={{ $.objectID }}',
  },
  github: {
    kind: 'http',
    url: 'https://api.github.com/search/repositories?per_page=10&q={{ query }}',
    hits: '$.items[*]',
    title: '$.full_name',
    link: '$.html_url',
    text: '$.description',
  },
};

export const builtInSources = Object.keys(builtIn);

const jsonPath = z.string().refine(isPath, 'expected a JSONPath such as $.results[*]');
const shape = z.strictObject({
  sources: z.record(
    z.string().regex(/^[\w-]{1,64}$/),
    z.strictObject({
      url: z.string().refine(isAddress, 'expected an address with http:// or https://, its host written out'),
      hits: jsonPath,
      title: jsonPath,
      link: jsonPath,
      text: jsonPath,
      page: z.string().refine(isPage, 'expected an address such as https://example.org/item?id={{ $.id }}').optional(),
      rank: jsonPath.optional(),
      headers: z.record(z.string(), z.string()).optional(),
      timeout: z.string().optional(),
      private: z.boolean().optional(),
      format: z.enum(['json', 'xml']).optional(),
      every: z.string().optional(),
    }),
  ),
});

/** Whether a text is an address without `{{ query }}` in its host: a source is allowed for one host. */
function isAddress(url: string): boolean {
  return /^https?:\/\/[^{}\s/?#]+([/?#]|$)/.test(url) && URL.canParse(url);
}

/** The address of a hit's page, with JSONPaths for what differs. */
function isPage(page: string): boolean {
  return isAddress(page) && Array.from(page.matchAll(hitParts), ([, path = '']) => path).every((path) => isPath(path));
}

function isPath(path: string): boolean {
  try {
    compilePath(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * Refuses secrets in a source: a run's input is kept in its history, and others may read that.
 *
 * @throws InputError where a source would take a secret there; it is not quoted
 */
function checkSecrets(name: string, { url, headers = {} }: { url: string; headers?: HttpSource['headers'] }): void {
  if (withoutUser(url) !== url) {
    throw new InputError(
      `Expected the address of \`${name}\` to have no user and no password, got one that has.`,
      'Give it a header such as `authorization: "Basic ${NAME}"`, which is read from the environment of the worker.',
    );
  }
  for (const [header, value] of Object.entries(headers)) {
    const fault = headerFault(header, sentHeader(value));
    if (fault !== undefined) throw new InputError(`Expected headers that can be sent, got for \`${name}\` ${fault}.`);
    if (value.includes('${') || !looksSecret(header, value)) continue;
    throw new InputError(
      `Expected the header ${header} of \`${name}\` to be read from the environment of the worker, got a value of its own (it is not shown: it may be a secret).`,
      `A run's history keeps what is written here. Write it as \`${header}: "\${NAME}"\`.`,
    );
  }
}

/**
 * The sources that `--sources` names, in its order: those of `--sources-file`, built-in ones, and folders such as
 * `files:./notes`. Without `--sources` these are all of the file, or all built-in ones.
 *
 * @throws InputError where one is unknown or cannot be used
 */
export async function readSources(
  given: readonly string[] | undefined,
  path: string | undefined,
  world: World,
): Promise<Source[]> {
  const own = path === undefined ? {} : await readSourcesFile(path, world);
  const names = given ?? (path === undefined ? builtInSources : Object.keys(own));
  const known: Record<string, HttpSource> = { ...builtIn, ...own };
  return Promise.all(
    names.map(async (name): Promise<Source> => {
      if (name.startsWith('files:')) {
        const folder = resolve(world.cwd, name.slice('files:'.length));
        const isFolder = (await stat(folder).catch(() => undefined))?.isDirectory() ?? false;
        if (!isFolder) throw new InputError(`Expected a folder after \`files:\`, got \`${name}\`, which is none.`);
        return { name, kind: 'files', folder };
      }
      const source = Object.hasOwn(known, name) ? known[name] : undefined;
      if (source === undefined) {
        throw new InputError(
          `Expected a source to be files:FOLDER or one of ${Object.keys(known).join(', ')}, got \`${name}\`.`,
          path === undefined ? 'Sources of your own are named in a file: `--sources-file`.' : undefined,
        );
      }
      return { name, ...source };
    }),
  );
}

async function readSourcesFile(path: string, world: World): Promise<Record<string, HttpSource>> {
  const read = shape.safeParse(await readYaml(path, 'a file of sources', world));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new InputError(
      `${path}: at ${issue?.path.join('.') || 'the top'}: ${issue?.message ?? ''}.`,
      'A source has `url`, `hits`, `title`, `link` and `text`, and may have `page`, `rank`, `headers`, `timeout`, `every`, `format` and `private`.',
    );
  }
  for (const [name, { url, headers }] of Object.entries(read.data.sources)) {
    checkSecrets(name, { url, ...(headers && { headers }) });
  }
  return Object.fromEntries(
    Object.entries(read.data.sources).map(
      ([name, { timeout, every, format, headers, page, rank, private: isPrivate, ...source }]) => [
        name,
        {
          kind: 'http',
          ...source,
          ...(headers && { headers }),
          ...(isPrivate !== undefined && { private: isPrivate }),
          ...(format !== undefined && { format }),
          ...(page !== undefined && { page }),
          ...(rank !== undefined && { rank }),
          ...(every !== undefined && { everyMs: parseDuration(every, `${name}.every`) }),
          ...(timeout !== undefined && { timeoutMs: parseDuration(timeout, `${name}.timeout`) }),
        } satisfies HttpSource,
      ],
    ),
  );
}
