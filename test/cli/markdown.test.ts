import { stripVTControlCharacters as stripAnsi } from 'node:util';

import { marked } from 'marked';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';

import { renderMarkdown as render } from '../../src/cli/show/markdown.js';
import { markdownTokens } from '../../src/report/answer/markdown-tokens.js';
import { foreignMarkdown } from '../../src/report/markdown/foreign-markdown.js';

const renderMarkdown = (text: string, columns: number) => render(text, columns).text;
const shown = (text: string, columns: number) => stripAnsi(renderMarkdown(text, columns));

it('shows headings, lists and tables without their marks, no wider than the terminal', () => {
  const text = `## Risks\n\n- **one** ${'item '.repeat(40)}\n- two\n\n${'word '.repeat(40)}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n`;
  const rows = shown(text, 60);
  expect(rows).toContain('Risks');
  expect(rows).not.toMatch(/##|\*\*|\|---/);
  expect(Math.max(...rows.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
});

it('shows what is no Markdown as it is', () => {
  expect(shown('Plain & simple: 3 < 5, a_b_c.', 80)).toBe('Plain & simple: 3 < 5, a_b_c.');
});

it.each([40, 200])('says what was answered on %i columns', (columns) => {
  const text = 'Set `:key:` and :smile: and :+1:. 2*3*4 is 24, about ~5. R&D &amp; &lt;b&gt;. \\*star\\*';
  const flat = shown(text, columns).replaceAll('\n', ' ');
  expect(flat).toBe('Set :key: and :smile: and :+1:. 2*3*4 is 24, about ~5. R&D & <b>. *star*');
});

describe('links', () => {
  it('never hide where they lead', () => {
    expect(shown('[your bank](https://evil.example/login)', 80)).toBe('your bank (https://evil.example/login)');
    expect(shown('[https://bank.example](https://evil.example)', 80)).toBe(
      'https://bank.example (https://evil.example)',
    );
    expect(shown('See [1].\n\n[1]: https://one.example', 80)).toContain('1 (https://one.example)');
    expect(shown('![a plan](https://one.example/plan.png)', 80)).toBe('a plan (https://one.example/plan.png)');
    expect(shown('<https://one.example>', 80)).toBe('https://one.example');
  });

  it.each([40, 200])('are in one piece on %i columns, in a list too', (columns) => {
    const address = `https://one.example/${'path/'.repeat(12)}`;
    expect(shown(`- **see [this](${address}) now**`, columns)).toContain(`(${address})`);
  });
});

describe('lists', () => {
  it('have the numbers that they were given', () => {
    expect(shown('3. three\n4. four\n\nBetween.\n\n5. five', 40)).toBe('3. three\n4. four\n\nBetween.\n\n5. five');
    expect(shown('1. a\n\n```\ncode\n```\n\n2. b', 40)).toBe('1. a\n\n    code\n\n2. b');
    expect(shown('3) Paris\n7) Rome', 40)).toBe('3) Paris\n7) Rome');
    expect(shown('1. a\n1. b', 40)).toBe('1. a\n2. b');
    expect(shown('9. a\n10. b', 40)).toBe(' 9. a\n10. b');
  });

  it('stand line by line where Markdown sees none, since they begin elsewhere than with 1', () => {
    expect(shown('5. five\n   3. three\n   4. four\n6. six', 40)).toBe('5. five\n   3. three\n   4. four\n6. six');
    expect(shown('- a\n  7. x\n  8. y', 40)).toBe('• a\n  7. x\n  8. y');
    expect(shown('Either:\na) one\nii. two\nand\nthree', 40)).toBe('Either:\na) one\nii. two and three');
  });

  it('set in what belongs to an item', () => {
    const text =
      '1. one that goes on for longer than a line of it\n   - two that goes on for longer than a line\n     1. deep\n\n        and more';
    expect(shown(text, 32)).toBe(
      [
        '1. one that goes on for longer',
        '   than a line of it',
        '   • two that goes on for',
        '     longer than a line',
        '     1. deep',
        '',
        '        and more',
      ].join('\n'),
    );
  });

  it('show which tasks are done', () => {
    expect(shown('- [ ] open\n- [x] done', 40)).toBe('• [ ] open\n• [x] done');
  });
});

describe('a backtick that begins no code', () => {
  it.each([
    ['One ` and ``a*b*c``.', '<p>One ` and <code>a*b*c</code>.</p>'],
    ['Three ``` and `` a*b ``, `x`.', '<p>Three ``` and <code>a*b</code>, <code>x</code>.</p>'],
    ['Escaped \\` and ``a ` b``.', '<p>Escaped ` and <code>a ` b</code>.</p>'],
    ['A path C:\\\\` and ``x``.', '<p>A path C:\\` and <code>x</code>.</p>'],
    ['<b title="\\`"> and ``x``.', '<p>&lt;b title=&quot;`&quot;&gt; and <code>x</code>.</p>'],
    ['`` `a` `` and ` ``b``', '<p><code>`a`</code> and ` <code>b</code></p>'],
  ])('takes none of the code behind it: %s', (text, html) => {
    expect(marked.parse(foreignMarkdown(text, 2), { async: false }).trim()).toBe(html);
  });
});

describe('formulas', () => {
  it.each([
    'Let $\\{x\\}$ be $a*b*c$ and $x_{i}^{*}y_{j}^{*}$.',
    'So \\(x_i\\), \\(n\\) and \\[E = mc^2\\].',
    '**Then** $$\\begin{matrix}a & b \\\\ c\\end{matrix}$$ and $\\_$.',
  ])('are what they say: %s', (text) => {
    expect(shown(text, 200)).toBe(text.replaceAll('**', ''));
    expect(foreignMarkdown(text, 1)).toBe(text);
  });

  it('keep their lines where they have some, beside a paragraph, too', () => {
    for (const text of ['So:\n$$\nx_1 * x_2\n+ y\n$$\nEnd.', '\\[\na * b * c\n- d\n\\]']) {
      expect(shown(text, 80).replaceAll('\n\n', '\n')).toBe(text);
    }
  });

  it('are no prices, no code, and no brackets that were only escaped', () => {
    expect(shown('From $5 to *about* $10, $3-$4. `$a*b*c$`', 80)).toBe('From $5 to about $10, $3-$4. $a*b*c$');
    expect(shown('\\[x\\] \\(see there\\)', 80)).toBe('[x] (see there)');
    expect(shown('| a |\n|---|\n| $x*y*z$ |', 80)).toContain('$x*y*z$');
  });

  it.each([
    ['Ticker $AAPL, $MSFT, and **$TSLA**.', 'Ticker $AAPL, $MSFT, and $TSLA.'],
    ['Cost of $A and [the site](https://o.example/?q=B$).', 'Cost of $A and the site (https://o.example/?q=B$).'],
    ['maybe 7$, **8$** more, _9$_ or *10$* at most', 'maybe 7$, 8$ more, 9$ or 10$ at most'],
    ['Set $HOME, **$PATH**, and **5$** or 6$', 'Set $HOME, $PATH, and 5$ or 6$'],
    ['The $-sign, **bold**, and 5$ too. $$, *good*, or $$$.', 'The $-sign, bold, and 5$ too. $$, good, or $$$.'],
    ['Escaped \\(a\\), \\(b\\), \\(not\\) and \\(**so**\\)', 'Escaped (a), (b), (not) and (so)'],
  ])('are no names behind a dollar, and hide no emphasis or link: %s', (text, expected) => {
    expect(shown(text, 200)).toBe(expected);
  });

  it.each(['$n$th, $a[1] + b[2]$, $x^{**}$', 'Let \\(a\\) be \\(x_1\\).', '$\\{\\sum _i x_j\\}$ and $a * b * c$'])(
    'are seen beside letters and brackets: %s',
    (text) => {
      expect(shown(text, 200)).toBe(text);
    },
  );

  it('leave citations to be found', () => {
    const types = (text: string) => markdownTokens(text).flatMap((each) => ('tokens' in each ? each.tokens : []) ?? []);
    expect(types('cost of $A [1] and B$ [2]').map(({ type }) => type)).not.toContain('formula');
    expect(types('so $x \\in [1]$').map(({ type }) => type)).toContain('formula');
  });

  it.each([
    'The sum is:\n\n$$\nx = 1\n```\n$$\n\nThat is all.',
    '\\[\nx_1\n~~~~\n\\]\n\nThat is all.',
    '- item\n\n  $$\n  x = 1\n  ```\n  $$\n\nThat is all.',
    '<div>\n```\n</div>\n\nThat is all.',
    'Is \\(a ` b_1\\), `c`?\n\nThat is all.',
  ])('reach no further than their place in a page: %s', (text) => {
    const last = marked.lexer(foreignMarkdown(text, 2)).at(-1);
    expect(last).toMatchObject({ type: 'paragraph', text: 'That is all.' });
  });

  it.each([
    '$$\n# Big heading\n![x](https://e.example/p.png)\n[l](javascript:alert(1))\n$$',
    'So $x_1 [l](javascript:alert(1))$.',
    'So \\([a_1\\)](javascript:alert(1))',
    'So \\(a_1 ` b\\) and `[l](javascript:alert(1))`',
    '[x]: javascript:alert(1)\n\n$[x]$',
    '[x [y](javascript:b)](javascript:alert(1))',
    '<div>\n[l](javascript:alert(1))\n# Big\n</div>',
  ])('lead nowhere in a page, and are no headings of it: %s', (text) => {
    expect(marked.parse(foreignMarkdown(text, 2))).not.toMatch(/<a |<img|<h\d/);
  });

  it('that are none do not take for ever', () => {
    for (const text of [
      '$',
      '\\(',
      '\\[',
      '$$ ',
      '$a ',
      '\n$$\n',
      '\n\\[\n',
      '$a [1] ',
      '\\(a b',
      '$ **',
      '$a _b *c',
      '\\(=',
    ]) {
      expect(shown(text.repeat(2_000), 80).length).toBeGreaterThan(0);
    }
  });
});

it('names of Python and patterns of files are no emphasis', () => {
  const text = 'Use src/**/*.ts, lib/*_test.py and __init__.py where __name__ == "__main__".';
  expect(shown(text, 200)).toBe(text);
  expect(shown('__Note:__ *all* of a/*it*.', 80)).toBe('Note: all of a/it.');
});

it('keeps lines that are meant as items', () => {
  const text = 'Agreed:\n(a) to pay\n(ii) more\n§ 3 Term\n• one\n✅ done\n[1] Source\n[^2]: Note';
  expect(shown(text, 80)).toBe(text);
  expect(shown('A claim\n  goes on\n(see there)', 80)).toBe('A claim goes on (see there)');
});

it('wraps tasks within the terminal', () => {
  const rows = shown(`- [ ] ${'long '.repeat(20)}\n  - [x] ${'deep '.repeat(20)}`, 40).split('\n');
  expect(Math.max(...rows.map(({ length }) => length))).toBeLessThanOrEqual(38);
});

it('leaves code as it is, in a list too, however long its lines', () => {
  const code = `const a  = 1; // ${'**long** :key: '.repeat(10)}x\n\n  b();`;
  const setIn = code.replace(/^(?=.)/gm, '    ');
  expect(shown(`Code:\n\n\`\`\`js\n${code}\n\`\`\``, 40)).toBe(`Code:\n\n${setIn}`);
  expect(shown('- so:\n\n  ```\n  a\n\n    b\n  ```', 40)).toContain('      a\n\n        b');
});

it('ends lines where they were ended', () => {
  expect(shown('one  \ntwo\\\nthree<br>four\nfive', 40)).toBe('one\ntwo\nthree\nfour five');
});

describe('wide characters', () => {
  it('are measured as they are shown, and lines of them wrapped', () => {
    const rows = shown(`- ${'全角文字の段落'.repeat(10)}`, 40).split('\n');
    expect(Math.max(...rows.map((row) => stringWidth(row)))).toBeLessThanOrEqual(40);
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.slice(1).every((row) => row.startsWith('  全') || /^ {2}\S/.test(row))).toBe(true);
  });

  it('do not move the columns of a table', () => {
    const rows = shown('| a | b |\n|---|--:|\n| 日本語 | 1 |\n| 🙂 | 22 |\n| abc | 3 |', 40).split('\n');
    expect(new Set(rows.slice(2).map((row) => stringWidth(row.slice(0, row.indexOf('│')))))).toEqual(new Set([7]));
    expect(new Set(rows.map((row) => stringWidth(row)))).toEqual(new Set([11]));
  });
});

describe('tables', () => {
  const table = '| Name | What it is |\n|---|---|\n| One | a text that is too long for a line of it |\n| Two | short |';

  it('lose no cell, and no code with bars in it', () => {
    const table = '| op | means |\n|---|---|\n| `a||b` | or |\n| x | y | z |\n| `p \\| q` | pipe |';
    const rows = shown(table, 80)
      .split('\n')
      .map((row) => row.replaceAll(/\s+/g, ' '));
    expect(rows.slice(2)).toEqual(['a||b │ or', 'x │ y | z', 'p | q │ pipe']);
  });

  it('wrap their cells where the terminal is narrow', () => {
    expect(shown(table, 30)).toBe(
      [
        'Name │ What it is',
        '─────┼──────────────────────',
        'One  │ a text that is too',
        '     │ long for a line of it',
        '─────┼──────────────────────',
        'Two  │ short',
      ].join('\n'),
    );
    expect(shown(table, 200).split('\n')).toHaveLength(4);
  });

  it('that have too many columns for that are told row by row', () => {
    const heads = Array.from({ length: 8 }, (_, at) => `column ${at}`);
    const text = [heads, heads.map(() => '---'), heads.map((head) => `value of ${head}`)]
      .map((cells) => `| ${cells.join(' | ')} |`)
      .join('\n');
    expect(shown(text, 40)).toBe(heads.map((head) => `${head}: value of ${head}`).join('\n'));
  });
});

it('lets no reference of HTML become a control sequence', () => {
  const rows = renderMarkdown('a &#27;[31m b `&#27;` [x](https://e.example/&#27;[1m "&#27;[2m")', 200);
  expect(stripAnsi(rows)).toContain('a ␛[31m b');
  for (const colour of ['31', '1', '2']) expect(rows).not.toContain(`\u001B[${colour}m`);
});
