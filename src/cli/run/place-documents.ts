import { placeDocument } from '../../client/index.js';
import type { Item } from '../../contract/lanes.js';
import type { SummariseInput } from '../../plan/summarise-plan.js';
import type { Session } from '../home/session.js';

/** Puts the documents of a narrow run where they stay: inside its input, or in the store. */
export async function placeDocuments(
  items: readonly Item[],
  store: Session['store'],
): Promise<NonNullable<SummariseInput['documents']>> {
  // Together they stand in the run's input, which is to stay small.
  const inlineCharacters = 4_000;
  return Promise.all(
    items.map(async ({ text, ...item }) => ({
      ...item,
      text: text.length <= inlineCharacters ? await placeDocument(text, store) : await store.putText(text),
    })),
  );
}
