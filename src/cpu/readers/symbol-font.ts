/** Signs of the font Wingdings that mean something, by the last two digits of their code. */
const wingdings: Readonly<Record<string, string>> = {
  '6F': '☐',
  A8: '☐',
  '71': '☐',
  FE: '☑',
  FD: '☒',
  '78': '☒',
  FC: '✓',
  FB: '✗',
  E0: '→',
  DF: '←',
  A7: '▪',
  '6C': '●',
  '4A': '☺',
};

/**
 * The font Symbol from 0x20 and from 0xA0 on; blanks stand for parts of large brackets, and for what is nothing in Unicode.
 * Source: https://www.unicode.org/Public/MAPPINGS/VENDORS/ADOBE/symbol.txt
 */
const low = ' !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_ αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼';
const high = '€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…  ↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊⟨®©™∑         ⟩∫              ';

/** Bullets that say something: boxes, and what stands in them. */
export const checked = /^[☐-☒✓-✘❏-❒□]$/u;

/** Where fonts of signs have their characters: in the private area of Unicode. */
const privateArea = [0xe000, 0xf8ff] as const;

/** The sign that a font shows for a code. */
export function symbol(code: number, font: string): string {
  if (Number.isNaN(code)) return '';
  if (code < privateArea[0] || code > privateArea[1]) return String.fromCodePoint(code);
  const place = code % 0x100;
  if (/^symbol/i.test(font)) {
    const sign = place < 0xa0 ? low[place - 0x20] : high[place - 0xa0];
    return sign === undefined || (sign === ' ' && place !== 0x20) ? '•' : sign;
  }
  return wingdings[place.toString(16).toUpperCase().padStart(2, '0')] ?? '•';
}

/** Text that is written in a font of signs. */
export function inSymbols(text: string, font: string): string {
  if (!/^(symbol|wingdings)/i.test(font)) return text;
  return text.replaceAll(/[\uF020-\uF0FF]/g, (sign) => symbol(sign.charCodeAt(0), font));
}
