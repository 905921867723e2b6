// Measures what one sign takes in long rows of it, and writes it to src/tokens/run-costs.ts. The table is measured before: see measure.mjs.
//   npm run build && node bench/tokens/measure-runs.mjs && npx oxfmt src/tokens && npm run build
import { writeFileSync } from 'node:fs';

import { meanOf } from '../../dist/src/tokens/estimate-text.js';
import { longRun } from '../../dist/src/tokens/repeated-unit.js';
import { realCount } from './tokenizers.mjs';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const whole = 64;
const margin = 1.08;
const lengths = [...Array.from({ length: 400 }, (_, at) => longRun + 1 + at), 600, 1_000, 2_000, 4_000];

// A row of any length has enough with what the table gives its beginning and this gives the rest.
const costs = Array.from({ length: 128 }, (_, code) => {
  const sign = String.fromCharCode(code);
  const first = meanOf(sign.repeat(longRun));
  const each = lengths.map((length) => (realCount(sign.repeat(length)) / margin - first) / (length - longRun));
  return Math.min(whole, Math.max(1, Math.ceil(Math.max(...each) * whole)));
});

writeFileSync(
  new URL('../../src/tokens/run-costs.ts', import.meta.url),
  `// Written by bench/tokens/measure-runs.mjs: what each ASCII character takes in a long row of it, in Claude 2's tokeniser and in o200k_base,
// the larger of both. Do not edit: measure again.

/** Parts of 64 less one, a letter of base64 for each character. */
export const runCosts = '${costs.map((cost) => alphabet[cost - 1]).join('')}';
`,
);
