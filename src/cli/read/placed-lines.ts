import { InputError } from '../../contract/errors.js';
import { beginningOf } from '../../contract/cut-text.js';
import type { PlacedLine } from '../../journal/index.js';

/** The longest line in bytes: an answer may have tens of megabytes, and base64 makes a third more of them. */
const longestLine = 128 * 1_024 * 1_024;

/**
 * Lines of UTF-8, each with its place. Blank ones are none.
 *
 * @throws InputError with the place of a line that is too long, or no UTF-8
 */
export async function* placedLines(
  chunks: AsyncIterable<Buffer>,
  title: string,
  longest: number = longestLine,
): AsyncGenerator<PlacedLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let begun: Buffer[] = [];
  let length = 0;
  let number = 0;
  const taken = (end: Buffer): PlacedLine => {
    number += 1;
    const bytes = Buffer.concat([...begun, end]);
    begun = [];
    length = 0;
    const place = `${title}:${number}`;
    try {
      return { text: decoder.decode(bytes).trim(), place };
    } catch {
      throw new InputError(
        `${place}: Expected UTF-8, got ${JSON.stringify(beginningOf(bytes.toString('latin1'), 60))}.`,
      );
    }
  };
  for await (const chunk of chunks) {
    let rest = chunk;
    for (let at = rest.indexOf(10); at !== -1; at = rest.indexOf(10)) {
      const line = taken(rest.subarray(0, at));
      rest = rest.subarray(at + 1);
      if (line.text !== '') yield line;
    }
    begun.push(rest);
    length += rest.length;
    if (length > longest)
      throw new InputError(`${title}:${number + 1}: Expected a line of at most ${longest} bytes, got one with more.`);
  }
  const last = taken(Buffer.alloc(0));
  if (last.text !== '') yield last;
}
