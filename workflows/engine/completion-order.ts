import { Deferred } from './deferred.js';

/**
 * A list in order of arrival. Every iteration begins at the first item, and waits for items to come.
 *
 * CompletionOrder-1. No generators: each item would take several promises, and in the sandbox, where Temporal notes the stack of each, twenty
 *     thousand items would take longer than a workflow task may.
 */
export class CompletionOrder<Item> implements AsyncIterable<Item> {
  readonly #items: Item[] = [];
  #end: { failure?: unknown } | undefined;
  #more: Deferred<void> | undefined;

  add(item: Item): void {
    this.#items.push(item);
    this.#wake();
  }

  end(): void {
    this.#end ??= {};
    this.#wake();
  }

  /** Every iteration ends with that failure, after the items that have come. */
  fail(failure: unknown): void {
    this.#end ??= { failure };
    this.#wake();
  }

  [Symbol.asyncIterator](): AsyncIterator<Item> {
    return this.through((item) => item);
  }

  /**
   * An iteration over what is made of each item.
   *
   * @param last called when every item has come; what it throws ends the iteration
   */
  through<Made>(made: (item: Item) => Made, last: () => void = () => {}): AsyncIterator<Made> {
    let at = 0;
    return {
      next: async () => {
        while (at >= this.#items.length && this.#end === undefined) await (this.#more ??= new Deferred()).promise;
        if (at < this.#items.length) return { done: false, value: made(this.#items[at++] as Item) };
        last();
        if (this.#end !== undefined && 'failure' in this.#end) throw this.#end.failure;
        return { done: true, value: undefined };
      },
    };
  }

  #wake(): void {
    this.#more?.resolve();
    this.#more = undefined;
  }
}
