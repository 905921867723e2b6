// The estimate beside the real counts: for each language and each shape of text, the largest of two tokenisers, and the estimate by it.
//   npm run build && node bench/tokens/compare.mjs
import { estimateTokenCount } from 'tokenx';

import { estimateText } from '../../dist/src/tokens/index.js';
import { declarations } from './declarations.mjs';
import { machineTexts } from './machine-texts.mjs';
import { realCount } from './tokenizers.mjs';

/** What fanfold estimated before: tokenx' heuristic and 15 %. */
const before = (text) => Math.ceil(estimateTokenCount(text) * 1.15);

function show(title, texts) {
  const rows = texts.map(([name, text]) => {
    const real = realCount(text);
    return { name, real, before: before(text) / real, now: estimateText(text) / real };
  });
  process.stdout.write(`\n| ${title} | real tokens | before | now |\n|---|---|---|---|\n`);
  for (const row of rows.toSorted((left, right) => left.now - right.now)) {
    process.stdout.write(`| ${row.name} | ${row.real} | ${row.before.toFixed(2)} | ${row.now.toFixed(2)} |\n`);
  }
}

show(
  'language',
  declarations().map(({ name, text }) => [name, text]),
);
show('shape', Object.entries(machineTexts(1_000)));

const megabytes = 5;
const long = declarations()
  .map(({ text }) => text)
  .join('\n')
  .repeat(2)
  .slice(0, megabytes * 2 ** 20);
const begin = performance.now();
estimateText(long);
process.stdout.write(`\n${((performance.now() - begin) / megabytes).toFixed(0)} ms per megabyte\n`);
