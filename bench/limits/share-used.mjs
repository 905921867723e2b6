import { TokenBucket } from '@fanfold/offline-model/limits';

/**
 * Share of what the API would have allowed in a period that was made use of.
 *
 * Of a limit on concurrency: call time, of the time of all places. Of a rate: what was let in, of what was refilled and what was
 * taken from the bucket beyond that; a bucket that is left as full as it was is no use to anybody, and no loss.
 */
export function shareUsed({ atOnce, perMinute, limits, cost }, answers, { from, to }) {
  if (atOnce !== undefined) {
    const usedMs = answers.reduce((sum, { arrivedAt, at }) => sum + overlap(arrivedAt, at, from, to), 0);
    return usedMs / (atOnce * (to - from));
  }
  const arrivals = answers.toSorted((one, other) => one.arrivedAt - other.arrivedAt);
  let now = Math.min(from, arrivals[0]?.arrivedAt ?? from);
  const bucket = new TokenBucket((perMinute * limits.burstMs) / 60_000, perMinute, () => now);
  const levelAt = (moment) => {
    while (arrivals.length > 0 && arrivals[0].arrivedAt <= moment) {
      now = arrivals[0].arrivedAt;
      bucket.take(cost(arrivals.shift()));
    }
    now = moment;
    return bucket.level;
  };
  const drained = levelAt(from) - levelAt(to);
  const admitted = answers
    .filter(({ arrivedAt }) => arrivedAt > from && arrivedAt <= to)
    .reduce((sum, call) => sum + cost(call), 0);
  return admitted / (((to - from) * perMinute) / 60_000 + Math.max(0, drained));
}

function overlap(start, end, from, to) {
  return Math.max(0, Math.min(end, to) - Math.max(start, from));
}
