/**
 * What moves, turns or hides other text wherever it is shown: the control characters of C0 and C1, halves of a pair, line ends of
 * Unicode, and what turns the direction of a text (https://trojansource.codes).
 */
const moving = /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/** The same, and what nobody sees: in a name it makes two of them look alike. */
const movingOrHidden =
  /[\p{Cc}\p{Cs}\u00AD\u061C\u115F\u1160\u180E\u200B\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gu;

/** Foreign text of several lines, in which only line breaks do anything; a tab is four spaces, unless it is to be left. */
export function visibleText(text: string, { tabs = '    ' } = {}): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(moving, (character) => (character === '\n' ? character : character === '\t' ? tabs : signOf(character)));
}

/** Foreign text as one line, in which every character is seen. */
export function visibleLine(text: string): string {
  return text.replace(movingOrHidden, signOf);
}

/** The picture that Unicode has for a control character, or the number of any other. */
function signOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '␡' : `\\u{${code.toString(16)}}`;
}

/** What Markdown would take for structure, a link or an entity. */
const marks = /[\\`*[\]<>|&~!^$]|(?<![a-zA-Z0-9])_|_(?![a-zA-Z0-9])|:(?=\/\/)|(?<=www)\.|^[#+=-]|(?<=^\d{1,9})[.)]/gi;

/** Foreign text as one line of Markdown that shows it, and is nothing but text. */
export function markdownLine(text: string): string {
  return visibleLine(text)
    .trim()
    .replace(marks, String.raw`\$&`);
}

/** Foreign text as Markdown's code: shown as it is. Not for tables, whose cells a bar ends in code, too. */
export function markdownCode(text: string): string {
  const shown = visibleLine(text);
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${shown} ${fence}`;
}

/** The word of a command line, as a shell takes it for one. */
export function shellWord(text: string): string {
  return /^[\w.:/@%+-]+$/.test(text) && !text.startsWith('-')
    ? text
    : `'${visibleLine(text).replaceAll("'", `'\\''`)}'`;
}
