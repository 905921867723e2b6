/**
 * Where the table has the weight of a character: by the two characters before it among small ASCII letters, by the one before it elsewhere.
 *
 * Places-1. A place is found without looking ahead, and depends on nothing but the last two characters.
 * Places-2. The script that measures the table finds the same places as the estimate, for both call this.
 */

/** Three small letters in a row, the first of them any letter or none. */
const letterPlaces = 27 * 27 * 27;
const asciiPlaces = 128 * 128;
/** Pairs that are not both ASCII share places by hash, cheap characters with cheap ones: those of 500 languages leave most of them free. */
const pairPlaces = 1 << 16;

export const placeCount = letterPlaces + asciiPlaces + pairPlaces;

/** What has no place: its weight is 1. */
export const noPlace = -1;

/** What comes before the first character. */
export const start = 10;

export function placeOf(beforeLast: number, last: number, code: number): number {
  if (code < 128 && last < 128) {
    if (isSmall(code) && isSmall(last)) return (letterOf(beforeLast) * 27 + last - 96) * 27 + code - 96;
    return letterPlaces + last * 128 + code;
  }
  if (isIdeograph(code)) return noPlace;
  const pair = (Math.imul(last, 0x9e3779b1) ^ Math.imul(code, 0x85ebca6b)) >>> 17;
  return letterPlaces + asciiPlaces + (code < 0x800 ? pair : pair + pairPlaces / 2);
}

function isSmall(code: number): boolean {
  return code > 96 && code < 123;
}

/** 1 to 26, 0 where it is none. */
function letterOf(code: number): number {
  const small = code | 32;
  return code < 128 && isSmall(small) ? small - 96 : 0;
}

/** Han and Hangul: too many for pairs to say anything, and hardly ever joined to one token. */
function isIdeograph(code: number): boolean {
  return (code >= 0x3400 && code < 0xa000) || (code >= 0xac00 && code < 0xd7b0);
}
