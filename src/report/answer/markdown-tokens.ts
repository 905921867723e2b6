import { Lexer, Marked } from 'marked';
import type { Token, TokenizerAndRendererExtension } from 'marked';

/** As much of a formula is looked for, and as far, in UTF-16 code units. */
const farthest = 5_000;

/** What formulas have, and what brackets that were only written with a backslash have not. */
const signs = /[\\^_={}]/;
const letter = /^\s*[j-zA-Z]'*\s*$/;
const operators = /[+*<>|/]/;

/** The number of an item, `\(a\)`, or a formula where the text has others that are surely some. */
const short = /^\s*[\p{L}\d]{1,3}'*\s*$/u;
const inBrackets = /\\\(((?:(?!\\\)|\n\s*\n)[^]){1,200})\\\)/g;

/**
 * A formula in TeX within a line: `\(…\)`, `\[…\]`, `$$…$$`, `$…$` where no price is meant (as Pandoc reads it). Of letters, those that
 * make a number of it may follow the last sign (`$n$th`): others are a name of their own, such as `$PATH`.
 */
const within =
  /^(?:\\\((?<round>(?:(?!\\\)|\n\s*\n)[^]){1,2000})\\\)|\\\[(?<square>(?:(?!\\\]|\n\s*\n)[^]){1,2000})\\\]|\$\$(?<own>(?:(?!\n\s*\n)(?:\\[^]|[^\\$])){1,2000})\$\$|\$(?![\s$])(?<dollar>(?:\\[^\n]|[^\\$`\n]){1,500})(?<![\s\\])\$(?!\p{N}|(?!\p{Ll}{1,4}(?![\p{L}\p{N}_]))\p{L}))/u;

/** Emphasis, links and citations: two prices or names have them between their signs, a formula has not. */
const prose = [
  /(?<![\\^{])\*\*(?![*}])|~~/,
  // An asterisk with a blank on one side alone.
  /(?<=[\s([])\*[^\s*]|(?<![\\^_{\s*])\*[\s,.;:!?]/,
  /(?<=\s)_(?<!\\[a-zA-Z]{1,30}\s+_)[\p{L}\d]/u,
  /\]\([^\s)]*[:/.#]|(?<![{\w])(?:https?:\/\/|www\.)/,
  /[\p{L}\d.,;:!?)]\s+(?<!\\[a-zA-Z]{1,30}\s+)\[\d+(?:\s*,\s*\d+)*\]|\[\d+(?:\s*,\s*\d+)*\](?=[.,;]?\s+\p{L}{2})/u,
];

/** The same on lines of its own. */
const block =
  /^ {0,3}(?:\$\$(?:(?!\n[ \t]*\n)(?:\\[^]|[^\\$])){1,5000}\$\$|\\\[(?:(?!\\\]|\n[ \t]*\n)[^]){1,5000}\\\])[ \t]*(?:\n+|$)/;

/** TeX is no Markdown: its asterisks, underscores and backslashes are what it says. */
const extensions = (hasSure: boolean): TokenizerAndRendererExtension[] => [
  {
    name: 'formula',
    level: 'inline',
    start: (rest) => placeOf(rest, /\$|\\[([]/),
    tokenizer(rest) {
      const { 0: raw, groups: { round, square, own, dollar } = {} } = within.exec(rest) ?? {};
      if (raw === undefined) return undefined;
      const written = hasSure ? [signs, letter, operators, short] : [signs, letter, operators];
      if (round !== undefined && !written.some((sign) => sign.test(round))) return undefined;
      if (square !== undefined && !signs.test(square)) return undefined;
      const said = own ?? dollar ?? round ?? '';
      return prose.some((sign) => sign.test(said)) ? undefined : { type: 'formula', raw };
    },
  },
  {
    name: 'formulaBlock',
    level: 'block',
    start: (rest) => placeOf(rest, /^ {0,3}(?:\$\$|\\\[)/m),
    tokenizer(rest) {
      const [raw] = block.exec(rest) ?? [];
      if (raw === undefined) return undefined;
      const isFormula = /^\s*(?:\$\$|\\\[[ \t]*\n)/.test(raw) || signs.test(raw.replaceAll(/\\[[\]]/g, ''));
      return isFormula ? { type: 'formulaBlock', raw } : undefined;
    },
  },
];

function placeOf(rest: string, sign: RegExp): number | undefined {
  const at = rest.slice(0, farthest).search(sign);
  return at === -1 ? undefined : at;
}

const reader = new Marked({ gfm: true }, { extensions: extensions(false) });
const readerOfSure = new Marked({ gfm: true }, { extensions: extensions(true) });

function readerOf(text: string): Marked {
  const sure = [...text.matchAll(inBrackets)].some(([, said = '']) => signs.test(said) || letter.test(said));
  return sure ? readerOfSure : reader;
}

/**
 * Markdown as tokens; formulas are tokens of a type of their own, with nothing inside.
 *
 * @throws Error where it is nested too deeply to be read
 */
export function markdownTokens(text: string): Token[] {
  return readerOf(text).lexer(text);
}

/** Tokens of one line. */
export function inlineTokens(text: string): Token[] {
  return Lexer.lexInline(text, readerOf(text).defaults);
}
