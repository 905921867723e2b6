/**
 * Characters that move, reverse or hide other text wherever it is shown: control characters (C0 and C1), lone halves of a pair,
 * Unicode's line ends, and marks of text direction (https://trojansource.codes).
 */
const moving = /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/** Those, and invisible characters, which make two names look alike. */
const movingOrHidden =
  /[\p{Cc}\p{Cs}\u00AD\u061C\u115F\u1160\u180E\u200B\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gu;

/** Foreign text of several lines. Only line breaks do anything in it; a tab becomes four spaces, unless it is to stay. */
export function visibleText(text: string, { tabs = '    ' } = {}): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(moving, (character) => (character === '\n' ? character : character === '\t' ? tabs : signOf(character)));
}

/** Foreign text as one line. Every character of it is seen. */
export function visibleLine(text: string): string {
  return text.replace(movingOrHidden, signOf);
}

/** The picture that Unicode has for a control character, or the number of any other. */
function signOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '␡' : `\\u{${code.toString(16)}}`;
}

/** Characters that Markdown takes for structure, a link or an entity. */
const marks = /[\\`*[\]<>|&~!^$]|(?<![a-zA-Z0-9])_|_(?![a-zA-Z0-9])|:(?=\/\/)|(?<=www)\.|^[#+=-]|(?<=^\d{1,9})[.)]/gi;

/** Foreign text as one line of Markdown that is nothing but text. */
export function markdownLine(text: string): string {
  return visibleLine(text)
    .trim()
    .replace(marks, String.raw`\$&`);
}

/** Foreign text as code in Markdown, shown as it is. Tables cannot have it: a bar ends a cell, even in code. */
export function markdownCode(text: string): string {
  const shown = visibleLine(text);
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${shown} ${fence}`;
}

/** A word for a shell's command line, quoted where the shell would read it as more than one. */
export function shellWord(text: string): string {
  return /^[\w.:/@%+-]+$/.test(text) && !text.startsWith('-')
    ? text
    : `'${visibleLine(text).replaceAll("'", `'\\''`)}'`;
}
