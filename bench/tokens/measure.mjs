// Measures the table by which tokens are estimated, and writes it to src/tokens/table.ts.
//   npm run build && node bench/tokens/measure.mjs && npx oxfmt src/tokens && npm run build
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { noPlace, placeCount, placeOf, start } from '../../dist/src/tokens/places.js';
import { declarations } from './declarations.mjs';
import { machineTexts } from './machine-texts.mjs';
import { readmes } from './readmes.mjs';
import { realCount, tokenStarts } from './tokenizers.mjs';

const root = new URL('../../', import.meta.url);

/** Languages that many write: what they take is to be met most closely. */
const large = new Set(
  'eng spa fra por_BR por_PT deu_1996 ita nld swe dan nob fin pol ces slk hun ron_2006 tur vie ind zlm swh tgl fil yor ibo hau_NG zul rus ukr bul ell_monotonic arb heb pes_1 urd hin ben tam tel mar tha khm lao mya kat hye amh jpn kor cmn_hans cmn_hant nav'.split(
    ' ',
  ),
);

// What a character takes that stands alone, for the plane and for emoji.
const alone = (code) => (code >= 0xd800 && code < 0xe000 ? 3 : realCount(String.fromCodePoint(code)));
const planeCosts = Array.from({ length: 0x10000 }, (_, code) => (code < 128 ? 1 : alone(code)));
const emojiStart = 0x1f000;
const emojiCosts = Array.from({ length: 0xc00 }, (_, at) => alone(emojiStart + at));
const aloneOf = (code) => planeCosts[code] ?? emojiCosts[code - emojiStart] ?? 4;

/** @param {string} text */
function featuresOf(text) {
  const places = [];
  const costs = [];
  let fixed = 0;
  let beforeLast = start;
  let last = start;
  for (const character of text) {
    const code = character.codePointAt(0);
    const place = placeOf(beforeLast, last, code);
    if (place === noPlace) fixed += aloneOf(code);
    else {
      places.push(place);
      costs.push(aloneOf(code));
    }
    beforeLast = last;
    last = code;
  }
  return { places, costs, fixed };
}

// Every other paragraph of the declarations is left for the tests, and so are other seeds.
const samples = [];
const add = (text, weight) => samples.push({ text, weight, real: realCount(text), ...featuresOf(text) });
for (const { code, text } of declarations()) {
  const kept = text.split('\n').filter((line, at) => line.length > 0 && at % 4 < 2);
  for (let at = 0; at < kept.length; at += 3)
    add(kept.slice(at, at + 3).join('\n'), code === 'eng' ? 40 : large.has(code) ? 4 : 0.3);
}
for (const text of readmes(0)) for (let at = 0; at < text.length; at += 1_500) add(text.slice(at, at + 1_500), 6);
for (let seed = 1; seed <= 24; seed += 1) for (const text of Object.values(machineTexts(seed))) add(text, 3);

// First guess: how often a token begins at the place, as if it had begun once more.
const begun = new Float64Array(placeCount).fill(1);
const seen = new Float64Array(placeCount).fill(1);
const need = new Float64Array(placeCount);
for (const { text, weight, places, costs } of samples) {
  places.forEach((place, at) => (need[place] += weight * costs[at]));
  const starts = tokenStarts(text);
  if (starts === undefined) continue;
  let byte = 0;
  let beforeLast = start;
  let last = start;
  for (const character of text) {
    const code = character.codePointAt(0);
    const length = Buffer.byteLength(character);
    const place = placeOf(beforeLast, last, code);
    if (place !== noPlace) {
      seen[place] += aloneOf(code);
      for (let within = 0; within < length; within += 1) if (starts.has(byte + within)) begun[place] += 1;
    }
    byte += length;
    beforeLast = last;
    last = code;
  }
}
const least = 1 / 64;
const margin = 1.08;
const weights = begun.map((count, place) => Math.min(1, Math.max(least, count / seen[place])));

// What is repeated takes what its own places take, not what they take on average: of its places, those that the samples need least are raised.
const floors = new Float64Array(placeCount).fill(least);
function cover({ places, costs, fixed, real }) {
  const times = new Map();
  places.forEach((place, at) => times.set(place, (times.get(place) ?? 0) + costs[at]));
  let sum = fixed;
  for (const [place, cost] of times) sum += cost * weights[place];
  for (const [place, cost] of [...times].toSorted(([left], [right]) => need[left] - need[right])) {
    if (sum >= real / margin) return;
    const raised = Math.min(1, weights[place] + (real / margin - sum) / cost);
    sum += (raised - weights[place]) * cost;
    floors[place] = weights[place] = raised;
  }
}
const repeated = [];
const small = 'abcdefghijklmnopqrstuvwxyz';
for (const a of small) for (const b of small) for (const c of small) repeated.push((a + b + c).repeat(30));
for (let a = 32; a < 127; a += 1) for (let b = 32; b < 127; b += 1) repeated.push(String.fromCharCode(a, b).repeat(40));
for (let a = 32; a < 127; a += 1) for (const length of [3, 8, 30]) repeated.push(String.fromCharCode(a).repeat(length));
const covered = repeated.map((text) => ({ real: realCount(text), ...featuresOf(text) }));

// Steps towards the counts of whole samples, in rounds; too low weighs more than too high.
const gradients = new Float64Array(placeCount).fill(1e-3);
const order = samples.map((_, at) => at);
for (let epoch = 1; epoch <= 40; epoch += 1) {
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = (Math.imul(at + epoch * 7919, 0x9e3779b1) >>> 0) % (at + 1);
    [order[at], order[other]] = [order[other], order[at]];
  }
  for (const index of order) step(samples[index]);
  if (epoch % 10 === 0) for (const each of covered) cover(each);
}

function step({ places, costs, fixed, real, weight }) {
  let sum = fixed;
  for (let at = 0; at < places.length; at += 1) sum += costs[at] * weights[places[at]];
  const off = sum / real - 1;
  const push = weight * (off < 0 ? 3 * off : off);
  for (let at = 0; at < places.length; at += 1) {
    const place = places[at];
    const gradient = (push * costs[at]) / Math.sqrt(real);
    gradients[place] += gradient * gradient;
    const stepped = weights[place] - (0.02 * gradient) / Math.sqrt(gradients[place]);
    weights[place] = Math.min(1, Math.max(floors[place], stepped));
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const runs = (text) => text.replace(/(.)\1{3,}/g, (run, sign) => `${sign}{${run.length}}`);
const packed = (costs) => {
  let out = '';
  for (let at = 0; at < costs.length; at += 3) {
    const [a, b = 1, c = 1] = [0, 1, 2].map((next) => Math.min(4, Math.max(1, costs[at + next] ?? 1)));
    out += alphabet[(a - 1) * 16 + (b - 1) * 4 + c - 1];
  }
  return runs(out);
};
const weightLetters = [...weights].map((weight) => alphabet[Math.min(63, Math.ceil(weight * 64) - 1)]).join('');
const dear = planeCosts.flatMap((cost, code) => (cost > 4 ? [[code, cost]] : []));
const pieces = (text) =>
  `[\n${text
    .match(/.{1,480}/gs)
    .map((piece) => `  '${piece}',`)
    .join('\n')}\n].join('')`;
writeFileSync(
  new URL('src/tokens/table.ts', root),
  `// Written by bench/tokens/measure.mjs: what single characters, pairs and triples take in Claude 2's tokeniser and in o200k_base, the larger of
// both, over the declaration of human rights in ${declarations().length} languages, texts of machines and docs/. Do not edit: measure again.

/** Tokens of each character of the basic plane by itself, 1 to 4: three in a letter of base64, runs as {length}. */
export const planeCosts = ${pieces(packed(planeCosts))};

/** The same from U+1F000 to U+1FBFF. */
export const emojiCosts = ${pieces(packed(emojiCosts))};

/** Characters that take more, for they are written out: code and tokens by turns. */
export const dearCosts = ${JSON.stringify(dear.flat())};

/** What part of that each place takes, 1 to 64 of 64. */
export const weights = ${pieces(runs(weightLetters))};
`,
);
process.stderr.write(`${samples.length} samples; written: ${fileURLToPath(new URL('src/tokens/table.ts', root))}\n`);
