import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import MiniSearch from 'minisearch';

import { hitsOfSource } from '../../contract/source.js';
import type { FolderHits } from '../../contract/source.js';
import {
  decodesXmlAs,
  decodeText,
  detect,
  Folder,
  isOwnText,
  readerOf,
  readInside,
  unmarkedUtf16,
} from '../../files/index.js';
import type { DocumentKind } from '../../files/index.js';
import { excerpt } from '../search/excerpt.js';
import { fold } from '../search/fold.js';
import { Terms, withoutBrokenLines, wordsOf } from '../search/terms.js';
import { takeApart } from './take-apart.js';

/** Most files that are read, the largest of them in bytes, and all of their texts in UTF-16 code units. */
const mostFiles = 5_000;
const mostBytes = 1_000_000;
const mostApartBytes = 20_000_000;
const mostCharacters = 100_000_000;

/** Marks what is found inside of words among the words of a text. */
const insideMark = '\0';

/** Most times that one term counts in one text. */
const mostCounted = 1_000;

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
  const terms = new Terms(question);
  // What the question does not ask for is counted, and takes no room.
  const index = new MiniSearch<{ id: number; title: string; text: string }>({
    fields: ['title', 'text'],
    tokenize: (text) => tokensOf(text, terms),
    processTerm: (token) => (token.startsWith(insideMark) ? token.slice(1) : [...terms.of(token)]),
  });
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
 * The text of a file: empty where the file is too large, which is then found by its name only; `undefined` where it cannot be
 * read.
 */
async function textOf({ root }: Folder, path: string): Promise<string | undefined> {
  const named = readerOf(path);
  const most = named === 'by content' || isOwnText(named as DocumentKind) ? mostBytes : mostApartBytes;
  const { bytes, isWhole } = (await readInside(root, join(root, path), most).catch(() => undefined)) ?? {};
  if (bytes === undefined) return undefined;
  if (!isWhole) return '';
  const found = await detect(bytes, path);
  if ('unread' in found) return undefined;
  const { kind } = found;
  if (!isOwnText(kind)) return takeApart({ kind, bytes }).catch(() => undefined);
  return decodeText(bytes, unmarkedUtf16(bytes) ?? (kind === 'xml' ? decodesXmlAs(bytes) : undefined));
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
