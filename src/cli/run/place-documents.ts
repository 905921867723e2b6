import pLimit from 'p-limit';

import { placeDocument } from '../../client/index.js';
import { InputError } from '../../contract/errors.js';
import type { Item } from '../../contract/lanes.js';
import type { ReadItem } from '../read/document-source.js';
import type { SummariseInput } from '../../plan/summarise-plan.js';
import type { Session } from '../home/session.js';

/** Most bytes of the files of a narrow run that asks by Message Batches: they are in memory together, and a batch may have 256 MB. */
const mostBatchedBytes = 128 * 1_024 * 1_024;

/** @throws InputError where the files are too large to be asked about in one batch */
export function checkBatched(items: readonly ReadItem[]): void {
  const bytes = items.reduce((sum, { file }) => sum + (file?.bytes ?? 0), 0);
  if (bytes <= mostBatchedBytes) return;
  throw new InputError(
    `Expected PDFs and images of at most ${mostBatchedBytes} bytes together with \`--economy\`, got ${bytes}.`,
    'Summarise them in parts, or without `--economy`.',
  );
}

/** Files are in memory while they are put into the store. */
const filesAtOnce = pLimit(4);

/** Puts the documents of a narrow run where they stay: inside its input, or in the store. */
export async function placeDocuments(
  items: readonly ReadItem[],
  store: Session['store'],
): Promise<NonNullable<SummariseInput['documents']>> {
  // Together they stand in the run's input, which is to stay small.
  const inlineCharacters = 4_000;
  const placedOf = async ({ text, file }: ReadItem) => {
    if (file !== undefined) return filesAtOnce(() => file.place(store));
    return text.length <= inlineCharacters ? placeDocument(text, store) : store.putText(text);
  };
  return Promise.all(
    items.map(async (item) => ({
      key: item.key,
      text: await placedOf(item),
      ...(item.unreadable !== undefined && { unreadable: item.unreadable }),
    })),
  );
}

/** Puts the files of a wide run into the store, one after the other, so that chunks have their references. */
export async function* withFilesPlaced(items: AsyncIterable<ReadItem>, store: Session['store']): AsyncGenerator<Item> {
  for await (const { key, text, file, unreadable } of items) {
    yield {
      key,
      text,
      ...(file !== undefined && { file: await file.place(store) }),
      ...(unreadable !== undefined && { unreadable }),
    };
  }
}
