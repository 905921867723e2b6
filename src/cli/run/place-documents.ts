import pLimit from 'p-limit';

import { placeDocument } from '../../client/index.js';
import type { Item } from '../../contract/lanes.js';
import type { ReadItem } from '../read/document-source.js';
import type { SummariseInput } from '../../plan/summarise-plan.js';
import type { Session } from '../home/session.js';

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
