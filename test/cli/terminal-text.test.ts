import { expect, it } from 'vitest';

import { terminalLine, terminalText } from '../../src/cli/show/terminal-text.js';

it.each([
  ['clears the screen', '\u001B[2Jgone', '[2Jgone'],
  ['sets the title', '\u001B]0;pwned\u0007text', ']0;pwnedtext'],
  ['goes back over the line', 'true\rfalse', 'truefalse'],
  ['is an 8-bit control sequence', '\u009B31mred', '31mred'],
  ['turns the direction of the text', 'user\u202Etxt.exe', 'usertxt.exe'],
])('takes out what %s', (_, text, shown) => expect(terminalText(text)).toBe(shown));

it('leaves lines, tabs and every script as they are', () => {
  const text = 'one\n\ttwo · 試験 · नमस्ते · 👩‍🚀';
  expect(terminalText(text)).toBe(text);
});

it('cuts a line and says that it did', () => {
  expect(terminalLine('a\nb  c', 10)).toBe('a b c');
  expect(terminalLine('abcdef', 4)).toBe('abc…');
});
