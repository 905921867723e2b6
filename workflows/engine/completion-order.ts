import { Deferred } from './deferred.js';

/** A list in order of arrival. Every iteration begins at the first item, and waits for items to come. */
export class CompletionOrder<Item> implements AsyncIterable<Item> {
  readonly #items: Item[] = [];
  #ended = false;
  #more = new Deferred<void>();

  add(item: Item): void {
    this.#items.push(item);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Item> {
    for (let at = 0; ; at += 1) {
      while (at >= this.#items.length && !this.#ended) await this.#more.promise;
      if (at >= this.#items.length) return;
      yield this.#items[at] as Item;
    }
  }

  #wake(): void {
    const more = this.#more;
    this.#more = new Deferred<void>();
    more.resolve();
  }
}
