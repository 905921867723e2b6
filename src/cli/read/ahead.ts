/** Does `work` for each item, several at once, and yields the results in the items' order. */
export async function* ahead<Item, Made>(
  items: AsyncIterable<Item> | Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<Made>,
): AsyncIterable<Made> {
  const made: Promise<Made>[] = [];
  for await (const item of items) {
    const next = work(item);
    // The failure of an earlier item is told first.
    next.catch(() => {});
    made.push(next);
    if (made.length >= atOnce) yield await (made.shift() as Promise<Made>);
  }
  for (const next of made) yield await next;
}
