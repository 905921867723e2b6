#!/usr/bin/env node
import { readFileSync } from 'node:fs';

import { keepOthers, runProgramOf } from './compiled.js';
import { candidates } from './complete.js';
import { codeFolder } from './kept-code.js';
import type { ReadyTexts } from './ready-texts.js';

// The command that is installed. `scripts/bundle-cli.mjs` bundles it, and `main.cjs` beside it.

/** Commands that run a worker, or a gateway as one does. */
const withWorker: ReadonlySet<string> = new Set(['worker', 'dev', 'gateway']);

const words = process.argv.slice(2);
const [word = ''] = words;
const ready = readyText();
if (ready !== undefined) process.stdout.on('error', () => process.exit(0)).write(ready);
else if (!withWorker.has(word))
  runProgramOf('main', import.meta.url, process, /^[a-z][a-z-]*$/.test(word) ? word : undefined);
// What traces a worker shares modules with it, and is not bundled.
else if (!isTraced()) runProgramOf('worker', import.meta.url, process);
else {
  keepOthers(codeFolder(process.env));
  // Without `await`, so that this file can be one of the kind that Node loads fastest.
  void import(new URL('../src/cli/main.js', import.meta.url).href);
}

function isTraced(): boolean {
  return Boolean(process.env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || process.env['OTEL_EXPORTER_OTLP_ENDPOINT']);
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
