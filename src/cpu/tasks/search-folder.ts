import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import MiniSearch from 'minisearch';

import { hitsOfSource } from '../../contract/source.js';
import type { FolderHits } from '../../contract/source.js';
import { Folder, isOwnText, readerOf, readInside } from '../../files/index.js';
import { excerpt } from '../search/excerpt.js';
import { fold } from '../search/fold.js';
import { Terms, withoutBrokenLines, wordsOf } from '../search/terms.js';
import { readBytes } from './read-bytes.js';

/** Most files that are read, the largest of them in bytes, and all of their texts in UTF-16 code units. */
const mostFiles = 5_000;
const mostBytes = 1_000_000;
const mostCharacters = 100_000_000;

/** Most bytes of a document that is taken apart. */
const mostApartBytes = 20_000_000;

/** Milliseconds in which documents are taken apart; a source has 20 s in all. Texts that a thread remembers take none of it. */
const mostApartMs = 8_000;

/** Marks what is found inside of words among the words of a text. */
const insideMark = '\0';

/** Most times that one term counts in one text. */
const mostCounted = 1_000;

/**
 * Searches the documents of a folder and those below it, ranked by BM25+ (Lv and Zhai 2011, as MiniSearch has it). A file that cannot
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
  const terms = new Terms(question);
  // What the question does not ask for is counted, and takes no room.
  const index = new MiniSearch<{ id: number; title: string; text: string }>({
    fields: ['title', 'text'],
    tokenize: (text) => tokensOf(text, terms),
    processTerm: (token) => (token.startsWith(insideMark) ? token.slice(1) : [...terms.of(token)]),
  });
  const texts: { path: string; text: string }[] = [];
  let characters = 0;
  const begunAt = performance.now();
  const hasTime = () => performance.now() - begunAt < mostApartMs;
  let notSearched = 0;
  try {
    const opened = await Folder.open(folder, { homes });
    for await (const path of searchable(opened)) {
      if (texts.length === mostFiles || characters > mostCharacters) {
        notSearched += 1;
        continue;
      }
      const text = await textOf(opened, path, hasTime);
      if (text === undefined) continue;
      if (text === '' && !hasTime()) notSearched += 1;
      index.add({ id: texts.length, title: path, text });
      texts.push({ path, text });
      characters += text.length;
    }
  } catch (error) {
    throw new Error(`Its folder cannot be read: ${(error as Error).message}`);
  }
  const hits = index
    .search(question, {
      boost: { title: 2 },
      prefix: (term) => terms.isPrefix(term),
      tokenize: () => terms.all,
      processTerm: (term) => term,
    })
    .slice(0, hitsOfSource)
    .map(({ id }) => {
      const { path, text } = texts[id as number] ?? { path: '', text: '' };
      return { title: path, link: pathToFileURL(join(folder, path)).href, text: excerpt(text, terms) };
    });
  return { hits, ...(notSearched > 0 && { notSearched }) };
}

async function* searchable(folder: Folder): AsyncGenerator<string> {
  for await (const found of folder.walk()) {
    if ('why' in found || readerOf(found.path) === 'none') continue;
    yield found.path;
  }
}

/**
 * The text of a file, as its reader gives it: empty where the file is too large or the time is over, which is then found by its name
 * only; `undefined` where it cannot be read.
 */
async function textOf({ root }: Folder, path: string, hasTime: () => boolean): Promise<string | undefined> {
  const named = readerOf(path);
  const isApart = named !== 'by content' && named !== 'none' && !isOwnText(named);
  if (isApart && !hasTime()) return '';
  const most = isApart ? mostApartBytes : mostBytes;
  const read = await readInside(root, join(root, path), most).catch(() => undefined);
  if (read === undefined) return undefined;
  if (!read.isWhole) return '';
  const { text } = (await readBytes({ bytes: read.bytes, name: path }).catch(() => undefined)) ?? {};
  return text;
}

function tokensOf(text: string, terms: Terms): string[] {
  const tokens = Array.from(wordsOf(text), ({ word }) => word);
  if (terms.inside.length === 0) return tokens;
  const folded = fold(withoutBrokenLines(text));
  for (const term of terms.inside) {
    let at = folded.indexOf(term);
    for (let count = 0; at !== -1 && count < mostCounted; count += 1) {
      tokens.push(insideMark + term);
      at = folded.indexOf(term, at + term.length);
    }
  }
  return tokens;
}
