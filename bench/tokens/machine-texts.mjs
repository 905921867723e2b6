// Texts of machines, made up from a seed: the shapes that a tokeniser is bad at.

/** A small generator of numbers, so that every run measures the same. @param {number} seed */
export function randomOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  /** @param {number} most */
  const below = (most) => Math.floor(next() * most);
  /** @template T @param {ArrayLike<T>} list @returns {T} */
  const pick = (list) => /** @type {T} */ (list[below(list.length)]);
  /** @param {number} count @param {() => string} make */
  const many = (count, make, between = '') => Array.from({ length: count }, make).join(between);
  return { below, pick, many };
}

const words =
  'id name value total user order invoice created status active amount currency price line item error request response time path file index node branch token count list map get set read write close open parse render update delete select from where group limit'.split(
    ' ',
  );
const capital = (word) => word[0].toUpperCase() + word.slice(1);
const hexadecimal = '0123456789abcdef';
const letters = 'abcdefghijklmnopqrstuvwxyz';
const base64 = `${letters}${letters.toUpperCase()}0123456789+/`;
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/**
 * A text of each shape, of some 1,500 characters.
 *
 * @param {number} seed
 * @returns {Record<string, string>}
 */
export function machineTexts(seed) {
  const { below, pick, many } = randomOf(seed);
  const hex = (length) => many(length, () => pick(hexadecimal));
  const word = () => pick(words);
  const number = () => String(below(10 ** (1 + below(8))));
  const camel = () => word() + many(1 + below(3), () => capital(word()));
  const codePoint = (first, last) => String.fromCodePoint(first + below(last - first));
  const scalar = () => {
    const code = below(0x110000);
    return code >= 0xd800 && code < 0xe000 ? '\ufffd' : String.fromCodePoint(code);
  };
  const record = () =>
    JSON.stringify({
      [word()]: below(1e6),
      [camel()]: hex(12),
      [word()]: below(2) === 0,
      [word()]: [below(1e3) / 100],
    });
  return {
    hexadecimal: hex(1_500),
    HEXADECIMAL: hex(1_500).toUpperCase(),
    'hexadecimal, in lines': many(24, () => hex(64), '\n'),
    'hex dump': many(60, () => many(8, () => hex(4), ' '), '\n'),
    UUIDs: many(40, () => [8, 4, 4, 4, 12].map(hex).join('-'), '\n'),
    base64: many(1_500, () => pick(base64)),
    base32: many(1_500, () => pick(`${letters.toUpperCase()}234567`)),
    digits: many(1_500, () => pick('0123456789')),
    numbers: many(250, number, ' '),
    'numbers, comma separated': many(250, number, ','),
    decimals: many(150, () => `${number()}.${number()}`, '\n'),
    dates: many(70, () => new Date(below(2e9) * 1_000).toISOString(), '\n'),
    'addresses of machines': many(100, () => many(4, () => String(below(256)), '.'), '\n'),
    'random letters': many(1_500, () => pick(letters)),
    'random words': many(250, () => many(2 + below(9), () => pick(letters)), ' '),
    'RANDOM WORDS': many(250, () => many(2 + below(9), () => pick(letters)), ' ').toUpperCase(),
    'random mixed case': many(1_500, () => pick(letters + letters.toUpperCase())),
    identifiers: many(100, camel, ' '),
    IDENTIFIERS: many(100, () => many(3, word, '_'), ' ').toUpperCase(),
    paths: many(60, () => `/${many(4, word, '/')}.${pick(['ts', 'md', 'json'])}`, '\n'),
    URLs: many(
      30,
      () => `https://${word()}.example/${word()}/${hex(8)}?${word()}=${number()}&${camel()}=%${hex(2)}`,
      '\n',
    ),
    'minified JSON': `[${many(25, record, ',')}]`,
    'indented JSON': JSON.stringify(JSON.parse(`[${many(25, record, ',')}]`), undefined, 2),
    'escaped JSON': JSON.stringify(JSON.stringify(JSON.parse(`[${many(25, record, ',')}]`), undefined, 1)),
    'escaped letters': many(250, () => `\\u${hex(4)}`),
    CSV: many(60, () => [number(), word(), camel(), `"${word()} ${number()}"`, below(100) / 10].join(','), '\n'),
    'CSV of numbers': many(60, () => many(6, () => (below(1e6) / 1e3).toFixed(3), ','), '\n'),
    code: many(50, () => `  const ${camel()} = await ${camel()}(${word()}, ${below(99)});`, '\n'),
    'minified code': many(
      80,
      () => `${pick(letters)}=${pick(letters)}.${word()}(${pick(letters)}=>${pick(letters)}[${below(9)}]);`,
    ),
    SQL: many(30, () => `SELECT ${word()}, ${word()} FROM ${word()}s WHERE ${word()} > ${number()};`, '\n'),
    HTML: many(40, () => `<div class="${word()}-${word()}"><span id='${camel()}'>${word()}</span></div>`),
    table: many(40, () => `| ${many(4, word, ' | ')} |`, '\n'),
    logs: many(
      25,
      () =>
        `${new Date(below(2e9) * 1_000).toISOString()} ${pick(['INFO', 'WARN', 'ERROR'])} [${word()}] ${word()} ${hex(8)} took ${number()}ms`,
      '\n',
    ),
    spaces: many(20, () => ' '.repeat(below(80)), 'x'),
    'blank lines': many(40, () => '\n'.repeat(1 + below(20)), 'x'),
    'tabs and breaks': many(1_000, () => pick('\t\n \r')),
    punctuation: many(1_500, () => pick(punctuation)),
    'rows of a sign': many(60, () => pick(punctuation).repeat(1 + below(40))),
    'rows of a letter': many(60, () => pick(letters).repeat(1 + below(40))),
    'control characters': many(500, () => codePoint(0, 32)),
    emoji: many(300, () => codePoint(0x1f300, 0x1faff)),
    'joined emoji': many(
      150,
      () => `${codePoint(0x1f466, 0x1f478)}${codePoint(0x1f3fb, 0x1f400)}\u200d${pick('♂♀❤')}\ufe0f`,
    ),
    signs: many(500, () => codePoint(0x2000, 0x2c00)),
    mathematics: many(300, () => codePoint(0x1d400, 0x1d800)),
    'private use': many(500, () => codePoint(0xe000, 0xf900)),
    'combining marks': many(300, () => pick(letters) + many(3, () => codePoint(0x300, 0x370))),
    'presentation forms': many(300, () => codePoint(0xfb00, 0xfe00)),
    'full width': many(500, () => codePoint(0xff01, 0xffef)),
    'rare ideographs': many(500, () => codePoint(0x4e00, 0x9fff)),
    'ideographs beyond the plane': many(300, () => codePoint(0x20000, 0x2a6df)),
    'syllables of Hangul': many(500, () => codePoint(0xac00, 0xd7a3)),
    'Latin beyond ASCII': many(500, () => codePoint(0xc0, 0x250)),
    'Cyrillic letters': many(500, () => codePoint(0x400, 0x530)),
    'Greek letters': many(500, () => codePoint(0x370, 0x400)),
    'Arabic letters': many(500, () => codePoint(0x620, 0x6ff)),
    'Indic letters': many(500, () => codePoint(0x900, 0xe00)),
    'anything of the plane': many(500, () => codePoint(0x80, 0xd800)),
    anything: many(500, scalar),
  };
}
