/** The latest answers of a function that is dear to compute; the least recently used are forgotten. */
export class Remembered<Key, Value> {
  readonly #values = new Map<Key, Value>();

  constructor(readonly capacity: number) {}

  get(key: Key, compute: () => Value): Value {
    const value = this.#values.has(key) ? (this.#values.get(key) as Value) : compute();
    // A Map iterates in insertion order: taking it out and back in makes it the newest.
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.capacity) this.#values.delete(this.#values.keys().next().value as Key);
    return value;
  }
}
