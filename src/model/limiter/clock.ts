/** Time as the limiter sees it; a test brings its own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `run` once after so many milliseconds; returns what calls it off. */
  after(ms: number, run: () => void): () => void;
}

/** The process's own time. It is monotonic: a wall clock that is put back by an hour must not keep the gate shut for one. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
