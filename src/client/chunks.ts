import type { Chunk, Item } from '../contract/lanes.js';
import type { BlobStore } from '../store/blob-store.js';

/** What puts texts into the store. */
export type TextWriter = Pick<BlobStore, 'putText'>;

/** Documents of one chunk: a lane carries one, and its worker holds it in memory. */
const mostItems = 250;
const mostCharacters = 2_000_000;

/** Bytes of its files: a batch has them in memory together, in base64. */
const mostFileBytes = 64 * 1_024 * 1_024;

/**
 * Stores the documents of a wide run, in order, in chunks of neighbours.
 *
 * @param total how many there will be, if known: few documents are spread over more lanes
 * @param samples how often each is asked about
 */
export async function placeChunks(
  items: AsyncIterable<Item> | Iterable<Item>,
  store: TextWriter,
  total = Infinity,
  samples = 1,
): Promise<Chunk[]> {
  const size = Math.max(1, Math.floor(Math.min(mostItems, Math.max(10, Math.ceil((total * samples) / 4))) / samples));
  const chunks: Chunk[] = [];
  let together: Item[] = [];
  let characters = 0;
  let fileBytes = 0;
  const put = async () => {
    if (together.length === 0) return;
    const { sha256, bytes } = await store.putText(JSON.stringify(together));
    chunks.push({ sha256, bytes, count: together.length * samples });
    together = [];
    characters = 0;
    fileBytes = 0;
  };
  for await (const item of items) {
    const isFull = together.length === size || characters + lengthOf(item) > mostCharacters;
    if (isFull || fileBytes + (item.file?.bytes ?? 0) > mostFileBytes) await put();
    together.push(item);
    characters += lengthOf(item);
    fileBytes += item.file?.bytes ?? 0;
  }
  await put();
  return chunks;
}

function lengthOf({ text, fields = {} }: Item): number {
  return Object.values(fields).reduce<number>(
    (sum, value) => sum + (typeof value === 'string' ? value.length : (JSON.stringify(value)?.length ?? 0)),
    text.length,
  );
}
