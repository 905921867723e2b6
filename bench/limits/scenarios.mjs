/** What the API allows, and what is asked of it. A prompt of 380 words is 400 tokens or so. */
export const scenarios = {
  '40 calls at once': {
    limits: { concurrency: 40 },
    latencyMs: 1_000,
    promptWords: 20,
    atOnce: 40,
  },
  '600 requests a minute': {
    limits: { requestsPerMinute: 600, burstMs: 5_000 },
    latencyMs: 1_000,
    promptWords: 20,
    perMinute: 600,
    cost: () => 1,
  },
  '240,000 input tokens a minute': {
    limits: { inputTokensPerMinute: 240_000, burstMs: 5_000 },
    latencyMs: 1_000,
    promptWords: 380,
    perMinute: 240_000,
    cost: ({ tokens }) => tokens,
  },
};

/** Each is given all the work it could want, by so many processes. */
export const contenders = {
  'limiter, 1 process': { kind: 'limiter', processes: 1, quick: true },
  'limiter, 2 processes': { kind: 'limiter', processes: 2 },
  'limiter, 4 processes': { kind: 'limiter', processes: 4 },
  'semaphore of 10': { kind: 'semaphore', size: 10, processes: 1 },
  'semaphore of 200': { kind: 'semaphore', size: 200, processes: 1, quick: true },
  'bare SDK': { kind: 'bare', processes: 1 },
};

/** Workers that ask through one gateway, all begun at once, with nothing known. */
export const fleets = {
  'gateway, 4 workers': { kind: 'gateway', processes: 4 },
  'one killed, another joins': { kind: 'gateway', processes: 4, changes: true },
};

/** Answers a second that the limit comes to. */
export function optimalRate({ atOnce, latencyMs, perMinute, limits }) {
  return atOnce === undefined ? (limits.requestsPerMinute ?? perMinute / 400) / 60 : (atOnce * 1_000) / latencyMs;
}
