import { Lexer, Marked } from 'marked';
import type { Token, TokenizerAndRendererExtension } from 'marked';

/** As much of a formula is looked for, and as far, in UTF-16 code units. */
const farthest = 5_000;

/** What formulas have, and what brackets that were only written with a backslash have not. */
const signs = /[\\^_={}]/;
const simple = /^\s*[\p{L}\d]{1,3}'*\s*$|[+*<>|/]/u;

/** A formula in TeX within a line: `\(…\)`, `\[…\]`, `$$…$$`, `$…$` where no price is meant (as Pandoc reads it). */
const within =
  /^(?:\\\((?<round>(?:(?!\\\)|\n\s*\n)[^]){1,2000})\\\)|\\\[(?<square>(?:(?!\\\]|\n\s*\n)[^]){1,2000})\\\]|\$\$(?:(?!\n\s*\n)(?:\\[^]|[^\\$])){1,2000}\$\$|\$(?![\s$])(?:\\[^\n]|[^\\$`\n]){1,500}(?<![\s\\])\$(?!\d))/;

/** The same on lines of its own. */
const block =
  /^ {0,3}(?:\$\$(?:(?!\n[ \t]*\n)(?:\\[^]|[^\\$])){1,5000}\$\$|\\\[(?:(?!\\\]|\n[ \t]*\n)[^]){1,5000}\\\])[ \t]*(?:\n+|$)/;

/** TeX is no Markdown: its asterisks, underscores and backslashes are what it says. */
const extensions: TokenizerAndRendererExtension[] = [
  {
    name: 'formula',
    level: 'inline',
    start: (rest) => placeOf(rest, /\$|\\[([]/),
    tokenizer(rest) {
      const { 0: raw, groups: { round, square } = {} } = within.exec(rest) ?? {};
      if (raw === undefined) return undefined;
      if (round !== undefined && !signs.test(round) && !simple.test(round)) return undefined;
      if (square !== undefined && !signs.test(square)) return undefined;
      return { type: 'formula', raw };
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

const reader = new Marked({ gfm: true }, { extensions });

/**
 * Markdown as tokens; formulas are tokens of a type of their own, with nothing inside.
 *
 * @throws Error where it is nested too deeply to be read
 */
export function markdownTokens(text: string): Token[] {
  return reader.lexer(text);
}

/** Tokens of one line. */
export function inlineTokens(text: string): Token[] {
  return Lexer.lexInline(text, reader.defaults);
}
