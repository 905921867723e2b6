/** What `work` makes of each item, in their order, with so many at work at once. */
export async function* ahead<Item, Made>(
  items: AsyncIterable<Item> | Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<Made>,
): AsyncIterable<Made> {
  const made: Promise<Made>[] = [];
  for await (const item of items) {
    const next = work(item);
    // Whoever waits for an earlier one is told of its failure first.
    next.catch(() => {});
    made.push(next);
    if (made.length >= atOnce) yield await (made.shift() as Promise<Made>);
  }
  for (const next of made) yield await next;
}
