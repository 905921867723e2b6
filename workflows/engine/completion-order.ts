import { Deferred } from './deferred.js';
import { settledPromise } from './settled-promise.js';

/**
 * A list in order of arrival. Every iteration begins at the first item, and waits for items to come.
 *
 * CompletionOrder-1. No generators and no asynchronous functions where an item is there: in the sandbox, where Temporal notes the stack of each
 *     promise, twenty thousand items would take longer than a workflow task may. To wait for an item that is there costs one.
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
    const taken = (): IteratorResult<Made> => ({ done: false, value: made(this.#items[at++] as Item) });
    const awaited = async (): Promise<IteratorResult<Made>> => {
      while (at >= this.#items.length && this.#end === undefined) await (this.#more ??= new Deferred()).promise;
      if (at < this.#items.length) return taken();
      last();
      if (this.#end !== undefined && 'failure' in this.#end) throw this.#end.failure;
      return { done: true, value: undefined };
    };
    return { next: () => (at < this.#items.length ? settledPromise(taken()) : awaited()) };
  }

  #wake(): void {
    this.#more?.resolve();
    this.#more = undefined;
  }
}
