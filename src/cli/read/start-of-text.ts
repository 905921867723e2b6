import { maxDocumentBytes } from '../../contract/limits.js';

/** A header is looked for in so many UTF-16 code units at least. */
const headerLength = 65_536;

/** As much as a header may take, or all. */
export async function startOf(texts: AsyncGenerator<string>): Promise<string> {
  let start = '';
  while (start.trimStart().length < headerLength && start.length < maxDocumentBytes) {
    const { done, value } = await texts.next();
    if (done === true) break;
    start += value;
  }
  return start;
}

/** The whole text, once its start has been looked at. */
export async function* backAtStart(start: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield start;
  yield* rest;
}
