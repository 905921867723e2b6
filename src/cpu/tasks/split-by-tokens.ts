import { estimateTokenCount } from 'tokenx';

/** Margin of the estimate, as in `estimateTokens`: it had better be too high. */
const margin = 1.15;

/**
 * Splits a text into parts of at most so many tokens, by estimate. Borders are between paragraphs where they can be, then between
 * sentences, then anywhere but within a character. The parts joined are the text.
 */
export function splitByTokens({ text, tokens }: { text: string; tokens: number }): string[] {
  return gather(pieces(text, tokens, [/(?<=\n[ \t]*\n)/, /(?<=[.!?]\s)/]), tokens);
}

interface Piece {
  text: string;
  tokens: number;
}

/** Cuts a text into pieces that fit, each as large as its kind of border allows. */
function* pieces(text: string, most: number, [border, ...finer]: readonly RegExp[]): Generator<Piece> {
  const tokens = Math.ceil(estimateTokenCount(text) * margin);
  if (tokens <= most) return yield { text, tokens };
  if (border === undefined) return yield* slices(text, most);
  for (const piece of text.split(border)) yield* pieces(piece, most, finer);
}

function* slices(text: string, most: number): Generator<Piece> {
  const tokens = Math.ceil(estimateTokenCount(text) * margin);
  if (tokens <= most || text.length < 4) return yield { text, tokens };
  let half = Math.floor(text.length / 2);
  // No border is between the halves of a surrogate pair.
  if (/[\uDC00-\uDFFF]/.test(text[half] ?? '')) half += 1;
  yield* slices(text.slice(0, half), most);
  yield* slices(text.slice(half), most);
}

/** Joins neighbours as far as they fit. */
function gather(all: Iterable<Piece>, most: number): string[] {
  const parts: { pieces: string[]; tokens: number }[] = [];
  for (const { text, tokens } of all) {
    const last = parts.at(-1);
    if (last !== undefined && last.tokens + tokens <= most) {
      last.pieces.push(text);
      last.tokens += tokens;
    } else parts.push({ pieces: [text], tokens });
  }
  return parts.flatMap(({ pieces: own }) => fitted(own, most));
}

/** Halves pieces that do not fit together: joined they may be estimated at more than one by one. */
function fitted(own: readonly string[], most: number): string[] {
  const text = own.join('');
  if (own.length === 1 || estimateTokenCount(text) * margin <= most) return [text];
  const half = Math.floor(own.length / 2);
  return [...fitted(own.slice(0, half), most), ...fitted(own.slice(half), most)];
}
