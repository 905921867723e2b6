import { stripVTControlCharacters as stripAnsi } from 'node:util';

import { expect, it } from 'vitest';

import { renderMarkdown as render } from '../../src/cli/show/markdown.js';

const renderMarkdown = (text: string, columns: number) => render(text, columns).text;

it('shows headings, lists and tables without their marks, no wider than the terminal', () => {
  const text = `## Risks\n\n- **one** ${'item '.repeat(40)}\n- two\n\n${'word '.repeat(40)}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n`;
  const shown = stripAnsi(renderMarkdown(text, 60));
  expect(shown).toContain('Risks');
  expect(shown).not.toMatch(/##|\*\*|\|---/);
  expect(Math.max(...shown.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
});

it('never hides where a link leads', () => {
  expect(stripAnsi(renderMarkdown('[your bank](https://evil.example/login)', 80))).toContain(
    'your bank (https://evil.example/login)',
  );
});

it('shows what is no Markdown as it is', () => {
  expect(stripAnsi(renderMarkdown('Plain & simple: 3 < 5, a_b_c.', 80))).toBe('Plain & simple: 3 < 5, a_b_c.');
});
