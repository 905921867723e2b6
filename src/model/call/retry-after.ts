/**
 * Whole milliseconds that a `retry-after` header asks to wait (RFC 9110, section 10.2.3: seconds or an HTTP date). `undefined` where it
 * asks for nothing: absent, less than a millisecond, negative, past or garbage. Temporal would try again at once after a wait of no
 * whole nanosecond. A date is relative to the server's own `date`, so that neither clock
 * has to be right.
 */
export function retryAfterMs(
  headers: { get(name: string): string | null } | undefined,
  nowMs: number,
): number | undefined {
  const value = headers?.get('retry-after')?.trim() ?? '';
  const ms = /^\d+(\.\d+)?$/.test(value)
    ? Number(value) * 1_000
    : dateMs(value) - (dateMs(headers?.get('date')) || nowMs);
  return Number.isFinite(ms) && ms >= 1 ? Math.ceil(ms) : undefined;
}

function dateMs(text: string | null | undefined): number {
  // Date.parse takes "-5" for a year.
  if (typeof text !== 'string' || !/^[A-Z][a-z]{2,8},? /.test(text)) return Number.NaN;
  // A date in the form of asctime names no zone, and is in Greenwich's time (RFC 9110, section 5.6.7).
  return Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`);
}
