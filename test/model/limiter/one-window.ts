import { ConcurrencyWindow } from '../../../src/model/limiter/concurrency-window.js';

/** A window of calls at once and its time, which is used up wholly unless the test says otherwise. */
export function open({ ceiling = 1_000, firstCap }: { ceiling?: number; firstCap?: number } = {}) {
  let nowMs = 1_000_000;
  const window = new ConcurrencyWindow({ ceiling, firstCap }, nowMs);
  return {
    window,
    now: () => nowMs,
    use: (inFlight = window.cap) => window.use(inFlight, nowMs),
    /** Lets time pass in which all of it is used, or so much. */
    pass: (ms: number, inFlight?: number) => {
      window.use(inFlight ?? window.cap, nowMs);
      for (const until = nowMs + ms; nowMs < until;) {
        nowMs = Math.min(until, nowMs + 10);
        window.use(inFlight ?? window.cap, nowMs);
      }
    },
    /** Lets time pass in which nobody looks. */
    skip: (ms: number) => void (nowMs += ms),
    answer: (times: number) => {
      for (let count = 0; count < times; count += 1) window.answered();
    },
    /** The API refuses a call beside so many. */
    refuse: (admitted: number, epoch = window.epoch) => window.refused(epoch, admitted, nowMs),
  };
}

/** A window whose API takes so many calls at once, as it has found out a while ago. */
export function knowing(level: number) {
  const opened = open({ firstCap: level + 1 });
  opened.use();
  opened.refuse(level);
  opened.pass(20_000);
  return opened;
}
