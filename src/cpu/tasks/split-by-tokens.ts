import { boundOfMean, estimateText, meanOf } from '../../tokens/index.js';

/**
 * A text in parts of at most so many tokens, by an estimate from above: between paragraphs where it can be, else between sentences, else
 * anywhere but within a character. Joined they are the text.
 */
export function splitByTokens({ text, tokens }: { text: string; tokens: number }): string[] {
  return gather(pieces(text, tokens, [/(?<=\n[ \t]*\n)/, /(?<=[.!?]\s)/]), tokens);
}

interface Piece {
  text: string;
  /** Its tokens on average: these add up, which bounds do not. */
  mean: number;
}

/** Pieces that fit, each as large as its kind of border lets it be. */
function* pieces(text: string, most: number, [border, ...finer]: readonly RegExp[]): Generator<Piece> {
  const mean = meanOf(text);
  if (boundOfMean(mean) <= most) return yield { text, mean };
  if (border === undefined) return yield* slices(text, most);
  for (const piece of text.split(border)) yield* pieces(piece, most, finer);
}

function* slices(text: string, most: number): Generator<Piece> {
  const mean = meanOf(text);
  let half = Math.floor(text.length / 2);
  // Not between the halves of a surrogate pair.
  if (/[\uDC00-\uDFFF]/.test(text[half] ?? '') && /[\uD800-\uDBFF]/.test(text[half - 1] ?? '')) half += 1;
  if (boundOfMean(mean) <= most || half === 0 || half >= text.length) return yield { text, mean };
  yield* slices(text.slice(0, half), most);
  yield* slices(text.slice(half), most);
}

/** Neighbours together, as far as they fit. */
function gather(all: Iterable<Piece>, most: number): string[] {
  const parts: { pieces: string[]; mean: number }[] = [];
  for (const { text, mean } of all) {
    const last = parts.at(-1);
    if (last !== undefined && boundOfMean(last.mean + mean) <= most) {
      last.pieces.push(text);
      last.mean += mean;
    } else parts.push({ pieces: [text], mean });
  }
  return parts.flatMap(({ pieces: own }) => fitted(own, most));
}

/** Together pieces may take more than each for itself: what begins one depends on what ends the other, and what comes again is seen in no piece alone. */
function fitted(own: readonly string[], most: number): string[] {
  const parts: string[] = [];
  for (let from = 0; from < own.length;) {
    const count = mostThatFit(own.slice(from), most);
    parts.push(own.slice(from, from + count).join(''));
    from += count;
  }
  return parts;
}

/** How many of the first pieces fit together: one at least. */
function mostThatFit(own: readonly string[], most: number): number {
  const fits = (count: number): boolean => count === 1 || estimateText(own.slice(0, count).join('')) <= most;
  if (fits(own.length)) return own.length;
  let [good, bad] = [1, own.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (fits(middle)) good = middle;
    else bad = middle;
  }
  return good;
}
