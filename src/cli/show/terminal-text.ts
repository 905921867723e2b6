import pc from 'picocolors';

import { visibleLine, visibleText } from '../../fold/visible-text.js';
import { columnsOf } from './columns-of.js';

let make: (text: string) => TerminalText;

/**
 * Text that may go to a terminal; a screen takes nothing else. Only this file makes it, so that no text of a model, document,
 * server or file name gets there unchanged.
 *
 * TerminalText-1. Of the control characters only line breaks stay, and the colours that fanfold itself has added.
 * TerminalText-2. A value inside a line stays in that line: its own line breaks are shown as ␊.
 */
export class TerminalText {
  static {
    make = (text) => new TerminalText(text);
  }

  private constructor(readonly text: string) {}

  /** The plain text, for measuring and for use in other text. It has no colours: they belong into `line`. */
  toString(): string {
    return this.text;
  }
}

/** A value in a line. Foreign text becomes harmless; terminal text stays as it is. */
export type Shown = TerminalText | string | number;

/** A tagged template: its own text as it stands, and each value in one line. */
export function line(parts: TemplateStringsArray, ...values: readonly Shown[]): TerminalText {
  return make(parts.reduce((text, part, at) => `${text}${inLine(values[at - 1] ?? '')}${part}`));
}

/** Joins rows, each a line of its own and ended by a line break. */
export function lines(rows: readonly Shown[]): TerminalText {
  return make(rows.map((row) => `${inLine(row)}\n`).join(''));
}

/** Joins parts with a separator such as ` · `. */
export function joined(parts: readonly Shown[], between: string): TerminalText {
  return make(parts.map(inLine).join(between));
}

/** Foreign text of several lines, such as an answer. */
export function terminalText(text: string): TerminalText {
  return make(visibleText(text));
}

/** Foreign prose in one line, cut to `width` columns. A run of blanks and line breaks becomes one blank. */
export function terminalLine(text: string, width: number): TerminalText {
  const shown = visibleLine(text.replace(/\s+/g, ' ').trim());
  if (width === Infinity || columnsOf(shown) <= width) return make(shown);
  let taken = 0;
  let kept = '';
  // What is one sign to the reader stays whole.
  for (const { segment } of new Intl.Segmenter().segment(shown)) {
    taken += columnsOf(segment);
    if (taken > width - 1) break;
    kept += segment;
  }
  return make(`${kept}…`);
}

/** Foreign text of several lines, all but the first indented, so that they cannot pass for other lines. */
export function setIn(text: string, by = '  '): TerminalText {
  return make(visibleText(text).replaceAll('\n', `\n${by}`));
}

/**
 * A JSON value. Characters that a terminal obeys are escaped even where JSON need not escape them; they read as the same value.
 *
 * @param indent spaces of each level; all in one line by default
 */
export function json(value: unknown, indent?: number): TerminalText {
  const text = JSON.stringify(value, null, indent) ?? 'null';
  const escaped = text.replace(/[\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g, (character) => {
    return String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return make(`${escaped}\n`);
}

/** Text for programs, such as a patch: unchanged in a file or a pipe, harmless on a terminal. */
export function exactly(text: string, { isTerminal }: { isTerminal: boolean }): TerminalText {
  return isTerminal ? terminalText(text) : make(text);
}

/** A whole answer, harmless everywhere. A file or a pipe gets its tabs unchanged. */
export function answerText(text: string, { isTerminal }: { isTerminal: boolean }): TerminalText {
  return make(visibleText(text, isTerminal ? {} : { tabs: '\t' }));
}

/** Text that a renderer has made of terminal text. Its colours stay, and nothing else that it may have let in. */
export function rendered(text: string): TerminalText {
  return make(
    text
      .split(colours)
      .map((part, at) => (at % 2 === 0 ? visibleText(part) : part))
      .join(''),
  );
}

/** Select Graphic Rendition (ECMA-48, 8.3.117), the one control sequence that fanfold writes. */
// oxlint-disable-next-line no-control-regex
const colours = /(\u001B\[[\d;]*m)/;

/** Cleans text. `clean` only takes something out, or puts something harmless in its place. */
export function cleaned({ text }: TerminalText, clean: (text: string) => string): TerminalText {
  return make(clean(text));
}

/** Pads text with spaces to so many columns. */
export function padded(text: Shown, width: number): TerminalText {
  const shown = inLine(text);
  return make(`${shown}${' '.repeat(Math.max(0, width - columnsOf(shown)))}`);
}

type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Colours: each paints the text that it is given, or leaves it where there are no colours. */
export function paints(colour: boolean): Record<Colour, (text: Shown) => TerminalText> {
  const made = pc.createColors(colour);
  const paint = (name: Colour) => (text: Shown) => make(made[name](inLine(text)));
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    red: paint('red'),
    green: paint('green'),
    yellow: paint('yellow'),
    cyan: paint('cyan'),
  };
}

function inLine(text: Shown): string {
  return text instanceof TerminalText ? text.text : visibleLine(String(text));
}
