import type { Chunk, Item } from '../contract/lanes.js';
import type { BlobStore } from '../store/blob-store.js';

/** Documents of one chunk: a lane carries one, and its worker holds it in memory. */
const mostItems = 250;
const mostCharacters = 2_000_000;

/**
 * Stores the documents of a wide run, in order, in chunks of neighbours.
 *
 * @param total how many there will be, if known: few documents are spread over more lanes
 */
export async function placeChunks(
  items: AsyncIterable<Item> | Iterable<Item>,
  store: BlobStore,
  total = Infinity,
): Promise<Chunk[]> {
  const size = Math.min(mostItems, Math.max(10, Math.ceil(total / 4)));
  const chunks: Chunk[] = [];
  let together: Item[] = [];
  let characters = 0;
  const put = async () => {
    if (together.length === 0) return;
    const { sha256, bytes } = await store.putText(JSON.stringify(together));
    chunks.push({ sha256, bytes, count: together.length });
    together = [];
    characters = 0;
  };
  for await (const item of items) {
    if (together.length === size || characters + item.text.length > mostCharacters) await put();
    together.push(item);
    characters += item.text.length;
  }
  await put();
  return chunks;
}
