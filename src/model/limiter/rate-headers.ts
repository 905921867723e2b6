import { bucketNames } from '../../contract/limiter.js';
import type { BucketName } from '../../contract/limiter.js';

/** What the headers of an answer say of one limit. */
export interface BucketReading {
  /** Per minute. */
  limit: number;
  remaining: number;
  /** How far off the true remainder may be: token counts are rounded to the nearest 1,000. */
  roundedBy: number;
  /** Milliseconds from the answer until the limit is wholly refilled, to the second. */
  fullInMs: number;
}

/** The headers of an answer, by name in lower case. */
export interface HeadersLike {
  get(name: string): string | null;
}

/** A clock that is further off than this is corrected by the answer's `date`, which has whole seconds only. */
const clocksAgreeMs = 2_000;

/**
 * Reads `anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{limit,remaining,reset}`, which every answer of the
 * Messages API carries, failures too. What is missing or garbled is left out.
 */
export function readRateHeaders(headers: HeadersLike, nowMs: number): Map<BucketName, BucketReading> {
  const dateMs = Date.parse(headers.get('date') ?? '');
  const serverNowMs = Math.abs(dateMs - nowMs) > clocksAgreeMs ? dateMs : nowMs;
  const readings = new Map<BucketName, BucketReading>();
  for (const name of bucketNames) {
    const header = (field: string) => {
      const own = `anthropic-ratelimit-${name}-${field}`;
      // As LiteLLM's proxy passes them on.
      return headers.get(own) ?? headers.get(`llm_provider-${own}`) ?? '';
    };
    const [limit, remaining] = [numberOf(header('limit')), numberOf(header('remaining'))];
    if (limit === undefined || limit === 0 || remaining === undefined) continue;
    const fullInMs = Math.max(0, Date.parse(header('reset')) - serverNowMs);
    readings.set(name, {
      limit,
      remaining: Math.min(remaining, limit),
      roundedBy: name !== 'requests' && remaining % 1_000 === 0 ? 500 : 0.5,
      fullInMs: Number.isFinite(fullInMs) ? fullInMs : 0,
    });
  }
  return readings;
}

function numberOf(text: string): number | undefined {
  return /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}
