import pc from 'picocolors';

import { visibleLine, visibleText } from '../../contract/visible-text.js';

let make: (text: string) => TerminalText;

/**
 * Text that may go to a terminal: all that a screen takes. Only the functions of this file make it, so that no text of a model, a
 * document, a server or a file's name comes there as it is.
 *
 * TerminalText-1. Of the control characters only line breaks are left, and the colours that fanfold itself has added.
 * TerminalText-2. What is put into a line stays in it: a line break of its own is shown as ␊.
 */
export class TerminalText {
  static {
    make = (text) => new TerminalText(text);
  }

  private constructor(readonly text: string) {}

  /** So that it can be measured and put into other text. Colours do not survive that: they belong into `line`. */
  toString(): string {
    return this.text;
  }
}

/** What can be put into a line: foreign text becomes harmless, terminal text stays as it is. */
export type Shown = TerminalText | string | number;

/** A tagged template: its own text as it stands, and each value in one line. */
export function line(parts: TemplateStringsArray, ...values: readonly Shown[]): TerminalText {
  return make(parts.reduce((text, part, at) => `${text}${inLine(values[at - 1] ?? '')}${part}`));
}

/** Rows, each a line of its own and each ended. */
export function lines(rows: readonly Shown[]): TerminalText {
  return make(rows.map((row) => `${inLine(row)}\n`).join(''));
}

/** Parts with something between them, such as ` · `. */
export function joined(parts: readonly Shown[], between: string): TerminalText {
  return make(parts.map(inLine).join(between));
}

/** Foreign text of several lines: an answer, say. */
export function terminalText(text: string): TerminalText {
  return make(visibleText(text));
}

/** Foreign prose in one line, its blanks and line breaks one blank each, cut to `width` characters. */
export function terminalLine(text: string, width: number): TerminalText {
  const shown = visibleLine(text.replace(/\s+/g, ' ').trim());
  if (shown.length <= width) return make(shown);
  // No half of a pair is left.
  return make(`${shown.slice(0, Math.max(0, width - 1)).replace(/\p{Cs}$/u, '')}…`);
}

/** Foreign text of several lines for which there is one place: all lines but the first are set in, and cannot pass for others. */
export function setIn(text: string, by = '  '): TerminalText {
  return make(visibleText(text).replaceAll('\n', `\n${by}`));
}

/**
 * A JSON value. What JSON does not escape but a terminal obeys is escaped as well, and reads as the same value.
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

/** Text that programs read, such as a patch: to the byte where it goes to a file or a pipe, harmless on a terminal. */
export function exactly(text: string, { isTerminal }: { isTerminal: boolean }): TerminalText {
  return isTerminal ? terminalText(text) : make(text);
}

/** A whole answer: harmless wherever it goes, its tabs left where it goes to a file or a pipe. */
export function answerText(text: string, { isTerminal }: { isTerminal: boolean }): TerminalText {
  return make(visibleText(text, isTerminal ? {} : { tabs: '\t' }));
}

/** What a renderer has made of terminal text: its colours stay, and nothing else that it may have let in. */
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

/** The same text without what must not be shown: `clean` only takes something out, or puts something harmless in its place. */
export function cleaned({ text }: TerminalText, clean: (text: string) => string): TerminalText {
  return make(clean(text));
}

/** Filled up with spaces to so many characters. */
export function padded(text: Shown, width: number): TerminalText {
  return make(inLine(text).padEnd(width));
}

type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Colours, where there are any: each paints what it is given. */
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
