import { InputError } from '../../contract/errors.js';
import type { DocumentSource, ReadItem } from './document-source.js';
import { nearDuplicatesOf } from './text-of-file.js';

/** Most UTF-16 code units of the texts that are compared: they are in memory together. */
const mostCharacters = 300_000_000;

/**
 * Gives near-duplicates the text of the earlier document. They then ask the same question, which is paid for once, and each keeps
 * its row.
 *
 * @param tell is given how many there are of how many
 * @throws InputError where they are too many to be compared
 */
export async function deduplicated(
  source: DocumentSource,
  tell: (repeated: number, total: number) => void,
): Promise<DocumentSource> {
  const items: ReadItem[] = [];
  let characters = 0;
  for await (const item of source.items()) {
    items.push(item);
    characters += item.text.length;
    if (characters > mostCharacters) {
      throw new InputError(
        `Expected documents of at most ${mostCharacters} characters together with \`--dedupe\`, got more.`,
        'Leave `--dedupe` out, or summarise them in parts.',
      );
    }
  }
  const readable = items.filter(({ unreadable }) => unreadable === undefined);
  const firsts = await nearDuplicatesOf(readable.map(({ text }) => text));
  tell(firsts.filter((first, at) => first !== at).length, items.length);
  const texts = new Map(readable.map(({ key }, at) => [key, readable[firsts[at] ?? at]?.text ?? '']));
  const same = items.map((item) => ({ ...item, text: texts.get(item.key) ?? '' }));
  return {
    title: source.title,
    ...(source.skipped && { skipped: source.skipped }),
    async *items() {
      yield* same;
    },
  };
}
