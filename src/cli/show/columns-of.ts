import stringWidth from 'string-width';

/** Columns that a text takes at a terminal; wide characters count as two, colours as none. */
export function columnsOf(text: string): number {
  // Nearly every text. What knows the widths of all others is loaded when the first one comes.
  return isPlain(text) ? text.length : stringWidth(text);
}

/** Whether each character of a text is one column. */
export function isPlain(text: string): boolean {
  return /^[ -~]*$/.test(text);
}
