/** A signal that follows others, until it is let go. */
export interface EitherSignal {
  signal: AbortSignal;
  /** Follows the others no longer, and leaves nothing with them. */
  letGo: () => void;
}

type Follow = (reason: unknown) => void;

/** Who follows a signal. One listener tells all of them: Node looks through all listeners of a signal for each that is added. */
const followers = new WeakMap<AbortSignal, { all: Set<Follow>; tell: () => void }>();

/**
 * A signal that is aborted as soon as one of several is, for the time of one call.
 *
 * It stands in place of `AbortSignal.any`, whose signal is held once it has a listener for `abort` that nobody removes: by Node 20 for ever, by
 * Node 24 as long as one of the others lives (`findings/node-listeners-of-any-signal.sh`). There are a few in each call of a worker.
 *
 * @param signals all that it follows; aborted ones abort it at once
 */
export function eitherSignal(...signals: readonly AbortSignal[]): EitherSignal {
  const either = new AbortController();
  const follow: Follow = (reason) => either.abort(reason);
  const aborted = signals.find((signal) => signal.aborted);
  if (aborted !== undefined) {
    follow(aborted.reason);
    return { signal: either.signal, letGo: () => {} };
  }
  for (const signal of signals) begin(signal, follow);
  return {
    signal: either.signal,
    letGo: () => {
      for (const signal of signals) end(signal, follow);
    },
  };
}

function begin(signal: AbortSignal, follow: Follow): void {
  const known = followers.get(signal);
  if (known !== undefined) return void known.all.add(follow);
  const all = new Set([follow]);
  const tell = () => {
    for (const each of all) each(signal.reason);
  };
  followers.set(signal, { all, tell });
  signal.addEventListener('abort', tell, { once: true });
}

function end(signal: AbortSignal, follow: Follow): void {
  const known = followers.get(signal);
  if (known?.all.delete(follow) !== true || known.all.size > 0) return;
  followers.delete(signal);
  signal.removeEventListener('abort', known.tell);
}
