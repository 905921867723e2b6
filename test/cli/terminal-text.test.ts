import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import {
  exactly,
  json,
  line,
  lines,
  padded,
  paints,
  rendered,
  setIn,
  terminalLine,
  terminalText,
} from '../../src/cli/show/terminal-text.js';
import { renderMarkdown } from '../../src/cli/show/markdown.js';
import { wrapped } from '../../src/cli/show/terminal-rows.js';
import { markdownCode, markdownLine, shellWord, visibleLine } from '../../src/fold/visible-text.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a terminal obeys, and what turns or breaks a line; `\n` apart. */
// oxlint-disable-next-line no-control-regex
const obeyed = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/;

/** Pieces of which hostile texts are made. */
const pieces = [
  '\u001B]0;title\u0007',
  '\u001B]52;c;bWFkZS11cA==\u0007',
  '\u001B]8;;http://example.org\u001B\\',
  '\u001B[2J',
  '\u001B[31m',
  '\u001B[8m',
  '\u009B31m',
  '\u009D0;title\u009C',
  '\u001BP',
  '\r',
  '\r\n',
  '\n',
  '\t',
  '\b',
  '\u0000',
  '\u007F',
  '\u202E',
  '\u2066',
  '\u2028',
  '\uD800',
  '\uDC00',
  '[0m',
  'm',
  '`',
  '|',
  'word',
  '試験',
  '👩‍🚀',
  ' ',
];

/** A linear congruential generator (Numerical Recipes, 2nd ed., 7.1): the same texts every time. */
function* texts(count: number): Generator<string> {
  let state = 15;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let at = 0; at < count; at += 1) {
    yield Array.from({ length: 1 + next(8) }, () => {
      const any = String.fromCodePoint(next(0x300));
      return next(4) === 0 ? any : (pieces[next(pieces.length)] ?? any);
    }).join('');
  }
}

const hostile = [...pieces, ...texts(1_000)];

describe('whatever a text is', () => {
  it('nothing that a terminal obeys is left of it', () => {
    for (const text of hostile) {
      for (const shown of [terminalText(text), terminalLine(text, 40), line`${text}`, setIn(text), padded(text, 9)]) {
        expect(shown.text, JSON.stringify(text)).not.toMatch(obeyed);
        expect(shown.text, JSON.stringify(text)).not.toMatch(/\p{Cs}/u);
      }
    }
  });

  it('all of it stays in its line, and what is made of it in its lines', () => {
    for (const text of hostile) {
      expect(line`a ${text} b`.text).not.toContain('\n');
      expect(lines([text, text]).text.split('\n')).toHaveLength(3);
      expect(markdownLine(text)).not.toContain('\n');
      expect(markdownCode(text)).not.toContain('\n');
    }
  });

  it('being shown twice changes nothing any more', () => {
    for (const text of hostile) {
      expect(terminalText(terminalText(text).text)).toEqual(terminalText(text));
      expect(line`${line`${text}`.text}`).toEqual(line`${text}`);
    }
  });

  it('Markdown of it has colours and line breaks, and nothing else', () => {
    for (const text of hostile.slice(0, 300)) {
      // oxlint-disable-next-line no-control-regex
      const shown = renderMarkdown(`# ${text}\n\n- [${text}](${text})`, 80).text.replaceAll(/\u001B\[[\d;]*m/g, '');
      expect(shown, JSON.stringify(text)).not.toMatch(obeyed);
    }
  });

  it('JSON of it is read as the same value, and has nothing that a terminal obeys', () => {
    for (const text of hostile) {
      const shown = json({ [text]: [text] }).text;
      expect(shown.slice(0, -1)).not.toMatch(obeyed);
      expect(JSON.parse(shown)).toEqual({ [text]: [text] });
    }
  });
});

it.each([
  ['\u001B[2Jgone', '␛[2Jgone'],
  ['\u001B]0;pwned\u0007text', '␛]0;pwned␇text'],
  ['true\rfalse', 'true␍false'],
  ['\u009B31mred', '\\u{9b}31mred'],
  ['user\u202Etxt.exe', 'user\\u{202e}txt.exe'],
  ['line one\r\nline two', 'line one\nline two'],
  ['half \uD800', 'half \\u{d800}'],
])('%j is shown as %j', (text, shown) => expect(terminalText(text).text).toBe(shown));

it('shows in a line what nobody sees', () => {
  expect(visibleLine('a\nb\tc\u200Bd\u{E0041}')).toBe('a␊b␉c\\u{200b}d\\u{e0041}');
});

it('leaves lines and every script as they are', () => {
  const text = 'one\ntwo · 試験 · नमस्ते · 👩‍🚀 · עברית';
  expect(terminalText(text).text).toBe(text);
});

it('cuts prose and says that it did', () => {
  expect(terminalLine('a\nb  c', 10).text).toBe('a b c');
  expect(terminalLine('abcdef', 4).text).toBe('abc…');
});

it('keeps the colours of its own, and none that a text brings', () => {
  const { red } = paints(true);
  expect(line`${red('a\u001B[8mb')} c`.text).toBe('\u001B[31ma␛[8mb\u001B[39m c');
  expect(rendered('\u001B[1mbold\u001B[22m\u001B[2J').text).toBe('\u001B[1mbold\u001B[22m␛[2J');
});

it('a patch is exact in a file and harmless on a terminal', () => {
  const patch = '-a\u001B[2J\r\n+b\u001B[2J\r\n';
  expect(exactly(patch, { isTerminal: false }).text).toBe(patch);
  expect(exactly(patch, { isTerminal: true }).text).toBe('-a␛[2J\n+b␛[2J\n');
});

it('is all that is written: nobody but a screen and its picture has the stream', () => {
  const folders = ['src', 'activities', 'workflows'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const writers = files
    .filter((name) => /\.c?ts$/.test(name))
    .filter((name) => /\bconsole\.|process\.std(?:out|err)|createLogUpdate|\bstream\.write\(/.test(source(name)));
  // The gateway's process writes into its log, not to a person.
  const screens = ['src/cli/launch.ts', 'src/cli/main.ts', 'src/cli/show/picture.ts'];
  expect(writers.toSorted()).toEqual(['src/cli/gateway-main.ts', ...screens]);
});

function source(name: string): string {
  return readFileSync(join(root, name), 'utf8');
}

it('breaks a long line itself, wherever a text would have it broken', () => {
  const rows = wrapped(`a${' '.repeat(39)}fanfold: allowed`, 40).map(({ text }) => text);
  expect(rows).toEqual([`a${' '.repeat(39)}`, 'fanfold: allowed']);
});

it.each([
  ['| a | b |', String.raw`\| a \| b \|`],
  ['# title', String.raw`\# title`],
  ['[x](http://example.org)', String.raw`\[x\](http\://example.org)`],
  ['<img src=x>', String.raw`\<img src=x\>`],
  ['send_mail-1', 'send_mail-1'],
  ['service-agreement.md', 'service-agreement.md'],
  ['1. item', String.raw`1\. item`],
])('%j in Markdown is %j', (text, shown) => expect(markdownLine(text)).toBe(shown));

it('has code in Markdown with as many marks as it takes', () => {
  expect(markdownCode('a `` b')).toBe('``` a `` b ```');
});

it.each([
  ['mail-1', 'mail-1'],
  ['a; b', `'a; b'`],
  [`it's`, `'it'\\''s'`],
  ['--help', `'--help'`],
])('%j is the word %j of a command line', (text, word) => expect(shellWord(text)).toBe(word));
