import sliceAnsi from 'slice-ansi';
import wrapAnsi from 'wrap-ansi';

import { line, rendered } from './terminal-text.js';
import type { Shown, TerminalText } from './terminal-text.js';

/** Cuts text to so many columns; colours stay whole. */
export function fitted(text: TerminalText, columns: number): TerminalText {
  return rendered(sliceAnsi(text.text, 0, columns));
}

/** Breaks text into rows of so many columns, so that no text can count on where the terminal breaks it. */
export function wrapped(text: Shown, columns: number): TerminalText[] {
  const rows = wrapAnsi(line`${text}`.text, Math.max(20, columns), { hard: true, trim: false, wordWrap: false });
  return rows.split('\n').map(rendered);
}
