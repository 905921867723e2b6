import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import MiniSearch from 'minisearch';

import { hitsOfSource } from '../../contract/source.js';
import type { Hit } from '../../contract/source.js';

const extensions = new Set([
  '.txt',
  '.md',
  '.markdown',
  '.rst',
  '.adoc',
  '.json',
  '.csv',
  '.yaml',
  '.yml',
  '.html',
  '.ts',
  '.js',
  '.py',
]);
/** Most files that are read, and the largest of them in bytes. */
const mostFiles = 5_000;
const mostBytes = 1_000_000;
const excerptLength = 600;

/**
 * Searches the text files of a folder and those below it, ranked by BM25+ (Lv and Zhai 2011, as MiniSearch has it).
 *
 * @throws Error where there is no such folder
 */
export async function searchFolder({ folder, question }: { folder: string; question: string }): Promise<Hit[]> {
  const names = await readdir(folder, { recursive: true }).catch((error: Error) => {
    throw new Error(`Its folder cannot be read: ${error.message}`);
  });
  const files = names.filter((name) => extensions.has(extname(name)) && !name.includes('node_modules')).toSorted();
  const index = new MiniSearch<{ id: number; title: string; text: string }>({ fields: ['title', 'text'] });
  const texts: string[] = [];
  const paths = files.slice(0, mostFiles);
  for (const [id, name] of paths.entries()) {
    const path = join(folder, name);
    const { size } = await stat(path);
    const text = size > mostBytes ? '' : await readFile(path, 'utf8');
    texts.push(text);
    index.add({ id, title: name.replaceAll(/[^\p{L}\p{N}]+/gu, ' '), text });
  }
  return index
    .search(question, { boost: { title: 2 }, prefix: true })
    .slice(0, hitsOfSource)
    .map(({ id, terms }) => {
      const name = paths[id as number] ?? '';
      return {
        title: name,
        link: pathToFileURL(join(folder, name)).href,
        text: excerpt(texts[id as number] ?? '', terms),
      };
    });
}

/** The part of a text around the paragraph that has most of the terms. */
function excerpt(text: string, terms: readonly string[]): string {
  const paragraphs = text.split(/\n\s*\n/);
  const score = (paragraph: string) => {
    const lower = paragraph.toLowerCase();
    return terms.filter((term) => lower.includes(term)).length;
  };
  const best = paragraphs.reduce((top, each) => (score(each) > score(top) ? each : top), paragraphs[0] ?? '');
  return best.replaceAll(/\s+/g, ' ').trim().slice(0, excerptLength);
}
