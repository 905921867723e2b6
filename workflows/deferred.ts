/** A promise that somebody else resolves. Unlike Temporal's `Trigger` it knows nothing of cancellation. */
export class Deferred<Value> {
  readonly promise: Promise<Value>;
  resolve!: (value: Value) => void;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }
}
