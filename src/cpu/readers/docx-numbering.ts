import type { PlaceInList } from './docx-styles.js';
import { checked, inSymbols } from './symbol-font.js';
import { childOf, elementsOf } from './xml.js';
import type { Element } from './xml.js';

/** One level of a list, as it is numbered. */
interface Level {
  format: string;
  /** `%1.%2` stands for the numbers of the first two levels. */
  text: string;
  start: number;
  /** All numbers of the label are decimal. */
  isLegal: boolean;
  /** It begins anew behind a level that is less deep than this; never with 0. */
  restart: number;
  /** The style of paragraphs that stand on it. */
  style: string | undefined;
  font: string;
}

/** A paragraph's place in a list: the mark that it is shown with. */
export interface Mark {
  depth: number;
  /** `undefined` for a bullet, empty where nothing is shown. */
  label: string | undefined;
}

/** Counts the lists of a document, so that a clause has the number that is printed before it (ECMA-376, part 1, 17.9). */
export class Numbering {
  readonly #lists = new Map<string, { counts: string; levels: Map<number, Level>; restarts: Map<number, number> }>();
  readonly #counts = new Map<string, (number | undefined)[]>();
  readonly #begun = new Set<string>();

  constructor(part: Element | undefined) {
    const abstract = new Map(
      elementsOf(part, 'w:abstractNum').map((each) => [each.attributes['w:abstractNumId'] ?? '', each]),
    );
    // The levels of a list may be those of a style for lists.
    const ofStyle = (name: string, id: string | undefined) =>
      id === undefined
        ? undefined
        : [...abstract.values()].find((each) => childOf(each, name)?.attributes['w:val'] === id);
    for (const num of elementsOf(part, 'w:num')) {
      const counts = childOf(num, 'w:abstractNumId')?.attributes['w:val'] ?? '';
      const own = abstract.get(counts);
      const levels = levelsOf(ofStyle('w:styleLink', childOf(own, 'w:numStyleLink')?.attributes['w:val']) ?? own);
      const restarts = new Map<number, number>();
      for (const override of elementsOf(num, 'w:lvlOverride')) {
        for (const [depth, level] of levelsOf(override)) levels.set(depth, level);
        const start = childOf(override, 'w:startOverride')?.attributes['w:val'];
        if (start !== undefined) restarts.set(Number(override.attributes['w:ilvl']), Number(start));
      }
      this.#lists.set(num.attributes['w:numId'] ?? '', { counts, levels, restarts });
    }
  }

  /** The mark of the next paragraph of a list; `undefined` where the list is none. A paragraph without text counts, too. */
  next({ id: list, depth: own, styledDepth, styles }: PlaceInList): Mark | undefined {
    const { counts: id, levels, restarts } = this.#lists.get(list) ?? {};
    const ofStyle = styles.flatMap((style) => [...(levels ?? [])].find(([, each]) => each.style === style)?.[0] ?? []);
    const depth = own ?? ofStyle[0] ?? styledDepth ?? 0;
    const level = levels?.get(depth);
    if (level === undefined || levels === undefined || id === undefined) return undefined;
    if (level.format === 'bullet') {
      const sign = inSymbols(level.text, level.font).trim();
      return { depth, label: checked.test(sign) ? `- ${sign}` : undefined };
    }
    const counts = this.#counts.get(id) ?? [];
    this.#counts.set(id, counts);
    const restart = this.#begun.has(`${list} ${depth}`) ? undefined : restarts?.get(depth);
    this.#begun.add(`${list} ${depth}`);
    counts[depth] = restart ?? (counts[depth] === undefined ? level.start : counts[depth] + 1);
    for (let deeper = depth + 1; deeper < counts.length; deeper += 1) {
      if (depth < (levels.get(deeper)?.restart ?? deeper)) counts[deeper] = undefined;
    }
    const label = level.text.replaceAll(/%(\d)/g, (_, digit: string) => {
      const at = Number(digit) - 1;
      counts[at] ??= levels.get(at)?.start ?? 1;
      return numbered(counts[at], level.isLegal ? 'decimal' : (levels.get(at)?.format ?? 'decimal'));
    });
    return { depth, label: label.trim() };
  }
}

function levelsOf(list: Element | undefined): Map<number, Level> {
  return new Map(
    elementsOf(list, 'w:lvl').map((level) => {
      const value = (name: string) => childOf(level, name)?.attributes['w:val'];
      return [
        Number(level.attributes['w:ilvl']),
        {
          format: value('w:numFmt') ?? 'decimal',
          text: value('w:lvlText') ?? '',
          start: Number(value('w:start') ?? 1),
          isLegal: childOf(level, 'w:isLgl') !== undefined,
          restart: Number(value('w:lvlRestart') ?? level.attributes['w:ilvl']),
          style: value('w:pStyle'),
          font: childOf(level, 'w:rPr', 'w:rFonts')?.attributes['w:ascii'] ?? '',
        },
      ];
    }),
  );
}

/** A number as a list shows it. Formats that are not here are shown as decimals. */
function numbered(number: number, format: string): string {
  switch (format) {
    case 'none':
      return '';
    case 'lowerLetter':
      return letters(number).toLowerCase();
    case 'upperLetter':
      return letters(number);
    case 'lowerRoman':
      return roman(number).toLowerCase();
    case 'upperRoman':
      return roman(number);
    case 'decimalZero':
      return String(number).padStart(2, '0');
    case 'ordinal':
      return `${number}${['th', 'st', 'nd', 'rd'][number % 100 > 10 && number % 100 < 14 ? 0 : number % 10] ?? 'th'}`;
    case 'decimalEnclosedCircle':
      return number > 0 && number <= 20 ? String.fromCodePoint(0x2460 + number - 1) : String(number);
    case 'decimalFullWidth':
    case 'decimalFullWidth2':
      return String(number).replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
    case 'russianLower':
      return russianLetters[(number - 1) % russianLetters.length] ?? String(number);
    case 'russianUpper':
      return (russianLetters[(number - 1) % russianLetters.length] ?? String(number)).toUpperCase();
    case 'chineseCounting':
    case 'chineseCountingThousand':
    case 'japaneseCounting':
    case 'taiwaneseCounting':
    case 'taiwaneseCountingThousand':
      return han(number);
    default:
      return String(number);
  }
}

/** Those that number lists (ECMA-376, part 1, 17.18.59). */
const russianLetters = 'абвгдежзиклмнопрстуфхцчшщыэюя';

/** A to Z, then AA to ZZ, as Word has it. */
function letters(number: number): string {
  const letter = String.fromCodePoint(65 + ((number - 1 + 26) % 26));
  return letter.repeat(Math.min(20, Math.max(1, Math.ceil(number / 26))));
}

function roman(number: number): string {
  const signs = ['M', 'CM', 'D', 'CD', 'C', 'XC', 'L', 'XL', 'X', 'IX', 'V', 'IV', 'I'];
  const values = [1_000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1];
  if (number < 1 || number > 9_999) return String(number);
  let rest = number;
  return signs
    .map((sign, at) => {
      const count = Math.floor(rest / (values[at] ?? 1));
      rest -= count * (values[at] ?? 1);
      return sign.repeat(count);
    })
    .join('');
}

function han(number: number): string {
  const digits = '〇一二三四五六七八九';
  if (number < 1 || number > 99) return String(number);
  const tens = Math.floor(number / 10);
  const one = number % 10 === 0 ? '' : (digits[number % 10] ?? '');
  return tens === 0 ? one : `${tens === 1 ? '' : (digits[tens] ?? '')}十${one}`;
}
