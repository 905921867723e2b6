import { describe, expect, it } from 'vitest';

import { htmlToMarkdown } from '../../src/cpu/html/html-to-markdown.js';
import { extractText } from '../../src/cpu/tasks/extract-text.js';

describe('HTML as Markdown has', () => {
  it.each([
    [
      'tables as tables, with their captions',
      '<table><caption>Sales</caption><tr><th>Region</th><th>Q1</th></tr><tr><td>North</td><td>12</td></tr></table>',
      'Sales\n\n| Region | Q1 |\n| --- | --- |\n| North | 12 |',
    ],
    [
      'cells with lines, bars and lists',
      '<table><tr><th>a|b<th>c<tr><td>1<br>2<td><ul><li>x<li>y</ul></table>',
      '| a\\|b | c |\n| --- | --- |\n| 1<br>2 | - x<br>- y |',
    ],
    [
      'what spans columns and rows in each of them',
      '<table><thead><tr><th rowspan=2>R<th colspan=2>2024<tr><th>Q1<th>Q2<tbody><tr><td rowspan=2>N<td>1<td>2<tr><td colspan=2>none</table>',
      '| R | 2024 / Q1 | 2024 / Q2 |\n| --- | --- | --- |\n| N | 1 | 2 |\n| N | none |  |',
    ],
    [
      'tables in cells, row by row',
      '<table><tr><th>a<tr><td>x<table><tr><td>1<td>2<tr><td>3<td>4</table></table>',
      '| a |\n| --- |\n| x<br>1, 2<br>3, 4 |',
    ],
    [
      'tables for the looks cell by cell',
      '<table><tr><td><h1>Menu</h1></td><td><p>One</p><p>Two</p></td></tr></table>',
      '# Menu\n\nOne\n\nTwo',
    ],
    [
      'the foot of a table last',
      '<table><tfoot><tr><td>t<td>3<tbody><tr><td>a<td>1</table>',
      '| a | 1 |\n| --- | --- |\n| t | 3 |',
    ],
    [
      'definition lists',
      '<dl><dt>Term<dd>Meaning<dt>Other<dd>one<dd>two</dl>',
      'Term\n: Meaning\n\nOther\n: one\n: two',
    ],
    [
      'the numbers of lists',
      '<ol start=3 type=a><li>x<li value=27>y</ol><ol type=I start=4><li>z</ol><ol reversed><li>p<li>q</ol>',
      'c. x\naa. y\n\nIV. z\n\n2. p\n1. q',
    ],
    ['lists in lists', '<ul><li>a<ol><li>b<li>c</ol><li><p>d<p>e</ul>', '- a\n  1. b\n  2. c\n- d\n\n  e'],
    [
      'code as it stands there',
      '<pre><code class="language-ts">if (a &lt; b) {\n  f();\n}\n</code></pre><p>Use <code>a  `b`</code>.</p>',
      '```ts\nif (a < b) {\n  f();\n}\n```\n\nUse `` a  `b` ``.',
    ],
    [
      'links with whole addresses',
      '<base href="https://example.org/d/x"><p><a href="y z.html">Y</a> <a href="#n">n</a> <a href="javascript:f()">f</a> <a href="mailto:a@b.c">a@b.c</a></p>',
      '[Y](https://example.org/d/y%20z.html) n f a@b.c',
    ],
    [
      'images by what they show',
      '<p>A <img src=x alt="map of B"> and <img src=y alt=""><svg><title>Logo</title><path/></svg></p>',
      'A ![map of B] and Logo',
    ],
    ['the title, where there is no heading', '<title> The\n title </title><p>text', '# The title\n\ntext'],
    ['no title beside a heading', '<title>Site</title><h1>Page</h1>', '# Page'],
    [
      'what is emphasised, by whole words',
      '<p><b>Note</b>: <em>all</em> <b>W</b>ord <strong> </strong>x',
      '**Note**: *all* Word x',
    ],
    ['what is edited', '<p>for <del>ten</del> <ins>twelve</ins> euros', 'for ~~ten~~ <ins>twelve</ins> euros'],
    [
      'figures that are raised and lowered',
      '<p>10<sup>6</sup> H<sub>2</sub>O x<sup>a+b</sup> said<sup>[1]</sup>',
      '10⁶ H₂O x^(a+b) said[1]',
    ],
    ['annotations of characters', '<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>', '漢(kan)'],
    [
      'formulas, once',
      '<p>So <math><mfrac><mi>a</mi><mi>b</mi></mfrac></math>, <span class="katex"><math><semantics><mi>x</mi><annotation encoding="application/x-tex">\\frac{x}{2}</annotation></semantics></math><span aria-hidden="true">x2</span></span> <script type="math/tex">y^2</script></p>',
      'So a/b, $\\frac{x}{2}$ $y^2$',
    ],
    [
      'the values of forms',
      '<label>Name <input name=n value="Ann"></label> <label><input type=checkbox checked> agree</label> <input type=radio> no <select name=c><option>A<option selected>B</select> <textarea name=t>hi</textarea> <input type=hidden value=h><input type=password value=made-up-token-1> <button>Send</button>',
      'Name [n: Ann] [x] agree [ ] no [c: B] [t: hi] Send',
    ],
    [
      'quotations and details',
      '<blockquote><p>a<p>b</blockquote><details><summary>S</summary>D</details>',
      '> a\n>\n> b\n\nS\n\nD',
    ],
    [
      'line breaks and entities',
      '<p>a<br>b &lt;i&gt; &amp;amp; &nbsp;&#8217; &copy; 5 < 6',
      'a\nb <i> &amp;  ’ © 5 < 6',
    ],
    [
      'marks of lists that only a style tells',
      '<ol style="list-style-type:lower-alpha"><li>x<li>y</ol><ol><li style="list-style: upper-roman">z</ol>',
      'a. x\nb. y\n\nI. z',
    ],
    [
      'what word processors say by styles',
      '<p>10<span style="vertical-align:super">6</span> <span style="color:red;text-decoration: line-through">old</span> new',
      '10⁶ ~~old~~ new',
    ],
    [
      'lines that a style keeps',
      '<div style="white-space: pre-wrap">One\n  two</div><p>three\nfour',
      'One\n  two\n\nthree four',
    ],
    ['soft hyphens nowhere', '<p>Donau&shy;dampf<wbr>schiff', 'Donaudampfschiff'],
    [
      'headings of groups of rows below the head',
      '<table><tr><th>Item<th>Price<tr><th colspan=2>Fruit<tr><td>Apple<td>1</table>',
      '| Item | Price |\n| --- | --- |\n| Fruit | Fruit |\n| Apple | 1 |',
    ],
    [
      'texts of a drawing apart',
      '<svg><text><tspan x=0 y=0>North</tspan><tspan x=0 y=9>South</tspan></text></svg>',
      'North South',
    ],
    [
      'shadow roots with what is in their slots',
      '<x-card><template shadowrootmode=open><h2><slot name=t>None</slot></h2><slot></slot></template><b slot=t>Title</b><p>Text</p></x-card>',
      '## Title\n\nText',
    ],
    ['the document of a frame', '<iframe srcdoc="<p>Inner &amp;amp; one</p>"></iframe>', 'Inner & one'],
    [
      'formulas that are hidden beside their picture',
      '<p>Let <span><span style="display: none;"><math><semantics><mi>x</mi><annotation encoding="application/x-tex">{\\displaystyle x^{2}}</annotation></semantics></math></span><img src="x.svg" aria-hidden="true" alt="{\\displaystyle x^{2}}"></span> be.',
      'Let x^{2} be.',
    ],
  ])('%s', (_, html, said) => {
    expect(htmlToMarkdown(html)).toBe(said);
  });

  const i1 = '<mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow>';
  it.each([
    [`<munderover><mo>∑</mo>${i1}<mi>n</mi></munderover><mi>a</mi>`, '∑_(i = 1)ⁿa'],
    ['<munder><mi>lim</mi><mrow><mi>x</mi><mo>→</mo><mn>0</mn></mrow></munder><mspace/><mi>f</mi>', 'lim_(x → 0) f'],
    ['<mover><mi>x</mi><mo>¯</mo></mover><mo>=</mo><mover><mi>y</mi><mo>^</mo></mover>', 'x̄ = ŷ'],
    ['<msup><mfrac><mi>a</mi><mi>b</mi></mfrac><mn>2</mn></msup>', '(a/b)²'],
    ['<msup><mrow><mo>(</mo><mi>a</mi><mo>)</mo></mrow><mn>2</mn></msup>', '(a)²'],
    ['<msup><mrow><mi>a</mi><mi>b</mi></mrow><mn>2</mn></msup><msup><mi>sin</mi><mn>2</mn></msup>', '(ab)²sin²'],
    ['<mfenced open="[" close="]" separators=";"><mi>a</mi><mi>b</mi></mfenced>', '[a; b]'],
    [
      '<mo>(</mo><mtable><mtr><mtd>1</mtd><mtd>2</mtd></mtr><mtr><mtd>3</mtd><mtd>4</mtd></mtr></mtable><mo>)</mo>',
      '(1, 2; 3, 4)',
    ],
    ['<mmultiscripts><mi>C</mi><mn>6</mn><none/><mprescripts/><none/><mn>14</mn></mmultiscripts>', '¹⁴C₆'],
    [
      '<mi>a</mi><mphantom><mi>z</mi></mphantom><mfrac><mrow><mo>(</mo><mi>a</mi><mo>)</mo><mo>+</mo><mo>(</mo><mi>b</mi><mo>)</mo></mrow><mn>10</mn></mfrac>',
      'a((a)+(b))/10',
    ],
    ['<mn>3</mn><mfrac><mn>1</mn><mn>2</mn></mfrac>', '3 1/2'],
    ['<mn>3</mn><mo>&#x2064;</mo><mrow><mfrac><mn>1</mn><mn>2</mn></mfrac></mrow><mn>5</mn>', '3\u2064 1/2 5'],
    ['<msup><mn>2</mn><mi>k</mi></msup><mn>5</mn>', '2^k 5'],
    ['<mo>(</mo><mfrac linethickness="0"><mi>n</mi><mi>k</mi></mfrac><mo>)</mo>', '(binom(n, k))'],
  ])('MathML without loss: %s', (math, said) => {
    expect(htmlToMarkdown(`<p><math>${math}</math>`)).toBe(said.normalize('NFC'));
  });

  it('a fraction stands apart from the text beside it', () => {
    const half = '<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>';
    expect(htmlToMarkdown(`<p>Take 3${half}5, or (${half}).`)).toBe('Take 3 1/2 5, or (1/2).');
  });

  it('links from the address of the document', async () => {
    const bytes = Buffer.from('<a href="../c?d=1">C</a>');
    expect(await extractText({ kind: 'html', bytes, address: 'https://example.org/a/b/' })).toBe(
      '[C](https://example.org/a/c?d=1)',
    );
  });

  it.each([
    ['no document around it', 'just text', 'just text'],
    ['text behind the body', '<html><body><p>one</body></html><p>two', 'one\n\ntwo'],
    ['text in the head', '<head><title>t</title>lost?</head><body><h1>h</h1>', 'lost?\n\n# h'],
    ['text between rows of a table', '<table>stray<tr><td>a<td>b</table>', 'stray\n\n| a | b |\n| --- | --- |'],
    [
      'frames',
      '<frameset><frame src=a.html title=A><noframes>No <i>frames</i></noframes></frameset>',
      '[A](a.html)\n\nNo *frames*',
    ],
    [
      'XHTML with empty elements',
      '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><script src="x"/><title/></head><body><a id="q"/><p>text <![CDATA[a < b]]></p></body></html>',
      'text a < b',
    ],
    [
      'only what is for browsers without scripts',
      '<noscript><p>Enable it.</p></noscript><div id=app></div>',
      'Enable it.',
    ],
  ])('everything, if it has %s', (_, html, said) => {
    expect(htmlToMarkdown(html)).toBe(said);
  });

  it.each([
    '<p hidden>no</p>',
    '<p style="color: red; DISPLAY : none">no</p>',
    '<p style="visibility:hidden">no</p>',
    '<template>no</template>',
    '<script>no</script>',
    '<style>no {}</style>',
    '<noscript>no</noscript>',
    '<dialog>no</dialog>',
    '<datalist><option>no</datalist>',
    '<span aria-hidden="true">no</span>',
    '<!-- no -->',
  ])('nothing hidden: %s', (html) => {
    expect(htmlToMarkdown(`<p>yes</p>${html}`)).toBe('yes');
  });

  it('what stands behind something that was open when it was saved', () => {
    expect(htmlToMarkdown('<main aria-hidden="true"><p>yes</p></main><p hidden="until-found">also</p>')).toBe(
      'yes\n\nalso',
    );
  });
});

describe('the charset is', () => {
  it.each([
    ['the document’s', '<meta charset="windows-1251"><p>\xc4\xe0', 'Да'],
    [
      'the document’s, as a header',
      '<meta http-equiv="Content-Type" content="text/html; charset=shift_jis"><p>\x93\xfa\x96{',
      '日本',
    ],
    ['that of XML', '<?xml version="1.0" encoding="iso-8859-2"?><html><p>\xb3', 'ł'],
    ['UTF-8', '<p>\xc3\xa9', 'é'],
    ['Windows-1252 where it is nothing else', '<p>\x93caf\xe9\x94', '“café”'],
    ['that of a mark', '\xff\xfe<\0p\0>\0\xe9\0', 'é'],
  ])('%s', async (_, html, said) => {
    expect(await extractText({ kind: 'html', bytes: Buffer.from(html, 'latin1') })).toBe(said);
  });
});

describe('HTML that was made to be slow', () => {
  it.each(['<div>', '<ul><li>', '<table><tr><td>', '<b>', '<blockquote>', '<span>'])(
    'is refused: %s, many times',
    (tag) => {
      expect(() => htmlToMarkdown(tag.repeat(50_000))).toThrow(
        'Expected HTML with at most 1000 elements inside of each other, got more.',
      );
    },
  );

  it('is read, if it is only long', () => {
    expect(htmlToMarkdown('<p>x'.repeat(20_000))).toHaveLength(20_000 * 3 - 2);
    expect(htmlToMarkdown(`<table>${'<tr><td>1<td>2'.repeat(20_000)}</table>`).split('\n')).toHaveLength(20_001);
    expect(htmlToMarkdown('<table><tr><td colspan=100000 rowspan=100000>1<td>2</table>')).toContain('| 1 |');
    expect(htmlToMarkdown(`${'<ul><li>x'.repeat(300)}`)).toContain('- x');
  });
});
