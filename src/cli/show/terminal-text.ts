/**
 * Text from a model or a document, safe to show: without the control characters by which a terminal can be made to do
 * something (line ends and tabs stay).
 */
export function terminalText(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g, '');
}

/** One line of it, cut to `width` characters. */
export function terminalLine(text: string, width: number): string {
  const line = terminalText(text).replace(/\s+/g, ' ').trim();
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}
