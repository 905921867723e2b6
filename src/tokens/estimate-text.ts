import { FewSigns } from './few-signs.js';
import { noPlace, placeCount, placeOf, start } from './places.js';
import { longRun, RepeatedUnit } from './repeated-unit.js';
import { Repetition } from './repetition.js';
import { runCosts } from './run-costs.js';
import { dearCosts, emojiCosts, planeCosts, weights } from './table.js';

/** Room for how far a text is from the mean of its pairs: of a long one in proportion, of a short one by the root of its tokens. */
const margin = 1.08;
const spread = 1.8;

/** A character beyond the plane that is not in the table has four bytes, and no tokeniser takes more tokens than bytes. */
const farCost = 4;
const emojiStart = 0x1f000;
/** Notes, and letters in frames: NFKC, which Claude 2's tokeniser begins with, makes several characters of one. */
const takenApart = [
  [0x1d15e, 0x1d1c0],
  [0x1f100, 0x1f2ff],
] as const;

/** Weights are parts of 64. */
const whole = 64;

interface Tables {
  plane: Uint8Array;
  emoji: Uint8Array;
  weights: Uint8Array;
  runs: Uint8Array;
}

let tables: Tables | undefined;

/**
 * Tokens of a text, estimated from above: at least what the tokenisers of Claude 2 and o200k_base take, and for prose at most 1.6 times as
 * much. The figures by language and shape, and how they are measured, are in docs/bounds.md. One pass, in some 20 ms for a megabyte.
 *
 * @param text lone surrogates are counted as the replacement characters that they are sent as
 */
export function estimateText(text: string): number {
  return boundOfMean(meanOf(text));
}

/** The bound of a text whose tokens are so many on average. */
export function boundOfMean(mean: number): number {
  return Math.ceil(mean * margin + spread * Math.sqrt(mean));
}

/** Tokens of a text on average. */
export function meanOf(text: string): number {
  const { plane, emoji, weights: parts, runs } = (tables ??= unpacked());
  const repetition = new Repetition(text);
  const unit = new RepeatedUnit();
  const few = new FewSigns(text);
  let sum = 0;
  let beforeLast = start;
  let last = start;
  for (let at = 0; at < text.length; at += 1) {
    const isFirst = at === 0;
    let code = text.charCodeAt(at);
    if (code >= 0xd800 && code < 0xdc00) {
      code = text.codePointAt(at) ?? code;
      if (code > 0xffff) at += 1;
    }
    const known = plane[code] ?? emoji[code - emojiStart];
    const alone = code > 0xffff ? farCostOf(code, known ?? farCost) : (known ?? farCost);
    const place = placeOf(beforeLast, last, code);
    // What is not in the table has not been measured beside others either.
    const part = known === undefined || place === noPlace || isFirst ? whole : (parts[place] ?? whole);
    const period = repetition.periodAt(at, beforeLast, last, code);
    unit.add(at, code, alone * part);
    // Two of one sign are not joined to one token, and more of them neither.
    if (code >= 128) sum += alone * (period > 0 || code === last ? whole : part);
    // The table is held to pairs of signs over and over, those with a tab or a line break left out.
    else if (period > 2 || (period === 2 && Math.min(last, code) < 32)) sum += unit.eachAt(at, repetition, whole);
    else if (period === 2) sum += part;
    else if (period === 1) sum += repetition.length > longRun ? Math.min(part, runs[code] ?? whole) : part;
    else sum += Math.max(part, few.partAt(at, last, code));
    beforeLast = last;
    last = code;
  }
  return sum / whole;
}

/** Tokens of a character beyond the plane by itself: never more than the bytes of what it is taken apart into. */
function farCostOf(code: number, cost: number): number {
  if (!takenApart.some(([from, to]) => code >= from && code <= to)) return cost;
  const parts = Array.from(String.fromCodePoint(code).normalize('NFKC'), (part) => part.codePointAt(0) ?? 0);
  const bytes = parts.reduce((sum, part) => sum + (part < 0x80 ? 1 : part < 0x800 ? 2 : part < 0x10000 ? 3 : 4), 0);
  return Math.max(cost, bytes);
}

function unpacked(): Tables {
  const plane = costsOf(planeCosts, 0x10000);
  for (let at = 0; at < dearCosts.length; at += 2) plane[dearCosts[at] ?? 0] = dearCosts[at + 1] ?? 1;
  const letters = numbersIn(weights);
  return {
    plane,
    emoji: costsOf(emojiCosts, 0xc00),
    weights: Uint8Array.from({ length: placeCount }, (_, place) => (letters[place] ?? whole - 1) + 1),
    runs: Uint8Array.from(numbersIn(runCosts), (cost) => cost + 1),
  };
}

function costsOf(packed: string, length: number): Uint8Array {
  const triples = numbersIn(packed);
  return Uint8Array.from({ length }, (_, at) => {
    const triple = triples[Math.floor(at / 3)] ?? 0;
    return ((triple >> (4 - 2 * (at % 3))) & 3) + 1;
  });
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Letters of base64 as numbers, runs of them written out. */
function numbersIn(packed: string): number[] {
  const whole = packed.replace(/(.)\{(\d+)\}/g, (_, sign: string, length: string) => sign.repeat(Number(length)));
  return Array.from(whole, (sign) => alphabet.indexOf(sign));
}
