/**
 * Promises of which Temporal notes no stack. In the sandbox it notes one for each promise until that is settled, some 30 µs each, and asks the
 * promise's class, by the constructor of its constructor, in which workflow it is: this class is in none.
 */
class Unnoted<Value> extends Promise<Value> {}

Reflect.defineProperty(Unnoted, 'constructor', { value: () => () => undefined });

/** A promise that is settled when it is made, so that nothing is lost where its stack is not noted. */
export function settledPromise<Value>(value: Value): Promise<Value> {
  const promise = new Unnoted<Value>((resolve) => resolve(value));
  // From here on it is like all others: to wait for one of another class makes two more.
  return Object.defineProperty(promise, 'constructor', { value: Promise });
}
