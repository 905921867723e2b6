#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

import { bundleAt, codeAt, runBundled, scriptOf } from './compiled.js';
import type { Bundled } from './compiled.js';
import { candidates } from './complete.js';
import type { ReadyTexts } from './ready-texts.js';

// The command that is installed. `scripts/bundle-cli.mjs` bundles it, and `main.cjs` beside it.

/** Commands that load what is not bundled: Temporal's worker knows itself by its modules, and threads are files of their own. */
const withWorker: ReadonlySet<string> = new Set(['worker', 'dev', 'gateway']);

const words = process.argv.slice(2);
const [word = ''] = words;
const ready = readyText();
if (ready === undefined) {
  if (withWorker.has(word)) {
    keepCompiled();
    // Without `await`, so that this file can be one of the kind that Node loads fastest.
    void import(new URL('../src/cli/main.js', import.meta.url).href);
  } else {
    runBundle(fileURLToPath(new URL('./main.cjs', import.meta.url)));
  }
} else {
  process.stdout.on('error', () => process.exit(0)).write(ready);
}

function runBundle(path: string): void {
  const bundle = bundleAt(path);
  const code = codeAt(fileURLToPath(new URL('../cli.code', import.meta.url)), bundle, process.version);
  if (code === undefined) keepCompiled();
  const bundled =
    code === undefined ? nodeModule.createRequire(path)(path) : scriptOf(path, bundle, code).runInThisContext();
  runBundled(bundled as Bundled, path);
}

/** Node 22 and later keep what they compiled; the types are those of Node 20. */
function keepCompiled(): void {
  (nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();
}

/** Help and completions were written down when the command was built, and need nothing loaded. */
function readyText(): string | undefined {
  const isHelp = /^(--help|-h)$/.test(words.at(-1) ?? '');
  if (!isHelp && word !== 'completion' && word !== 'complete' && word !== '--version') return undefined;
  const {
    columns,
    texts,
    words: program,
  } = JSON.parse(readFileSync(new URL('./ready.json', import.meta.url), 'utf8')) as ReadyTexts;
  if (word === 'complete' && words[1] === '--') {
    return candidates(program, words.slice(2))
      .map(({ value, about }) => `${value}\t${about}\n`)
      .join('');
  }
  if ((process.stdout.columns || columns) < columns) return undefined;
  const asked = words.join(' ').replace(/(^| )-h$/, '$1--help');
  return Object.hasOwn(texts, asked) ? texts[asked] : undefined;
}
