import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import MiniSearch from 'minisearch';

import { hitsOfSource } from '../../contract/source.js';
import type { FolderHits } from '../../contract/source.js';
import { Folder, isBinary, readerOf, readInside } from '../../files/index.js';

/** Most files that are read, the largest of them in bytes, and all of their texts in UTF-16 code units. */
const mostFiles = 5_000;
const mostBytes = 1_000_000;
const mostCharacters = 100_000_000;
const excerptLength = 600;

/**
 * Searches the text files of a folder and those below it, ranked by BM25+ (Lv and Zhai 2011, as MiniSearch has it). A file that cannot
 * be read costs its own hits.
 *
 * @param homes folders of fanfold's own, which are never gone into
 * @throws Error where there is no such folder, or it is a fanfold home
 */
export async function searchFolder({
  folder,
  question,
  homes,
}: {
  folder: string;
  question: string;
  homes: readonly string[];
}): Promise<FolderHits> {
  const index = new MiniSearch<{ id: number; title: string; text: string }>({ fields: ['title', 'text'] });
  const texts: { path: string; text: string }[] = [];
  let characters = 0;
  let notSearched = 0;
  try {
    const opened = await Folder.open(folder, { homes });
    for await (const path of searchable(opened)) {
      if (texts.length === mostFiles || characters > mostCharacters) {
        notSearched += 1;
        continue;
      }
      const text = await textOf(opened, path);
      if (text === undefined) continue;
      index.add({ id: texts.length, title: path.replaceAll(/[^\p{L}\p{N}]+/gu, ' '), text });
      texts.push({ path, text });
      characters += text.length;
    }
  } catch (error) {
    throw new Error(`Its folder cannot be read: ${(error as Error).message}`);
  }
  const hits = index
    .search(question, { boost: { title: 2 }, prefix: true })
    .slice(0, hitsOfSource)
    .map(({ id, terms }) => {
      const { path, text } = texts[id as number] ?? { path: '', text: '' };
      return { title: path, link: pathToFileURL(join(folder, path)).href, text: excerpt(text, terms) };
    });
  return { hits, ...(notSearched > 0 && { notSearched }) };
}

async function* searchable(folder: Folder): AsyncGenerator<string> {
  for await (const found of folder.walk()) {
    if ('why' in found || ['pdf', 'none'].includes(readerOf(found.path))) continue;
    yield found.path;
  }
}

/**
 * The text of a file: empty where the file is too large, which is then found by its name only; `undefined` where it cannot be
 * read.
 */
async function textOf({ root }: Folder, path: string): Promise<string | undefined> {
  const read = await readInside(root, join(root, path), mostBytes).catch(() => undefined);
  if (read === undefined || isBinary(read.bytes)) return undefined;
  return read.isWhole ? read.bytes.toString('utf8') : '';
}

/** The part of a text around the paragraph that has most of the terms. */
function excerpt(text: string, terms: readonly string[]): string {
  const paragraphs = text.split(/\n\s*\n/);
  const score = (paragraph: string) => {
    const lower = paragraph.toLowerCase();
    return terms.filter((term) => lower.includes(term)).length;
  };
  const best = paragraphs.reduce((top, each) => (score(each) > score(top) ? each : top), paragraphs[0] ?? '');
  return best
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, excerptLength)
    .replace(/[\uD800-\uDBFF]$/, '');
}
