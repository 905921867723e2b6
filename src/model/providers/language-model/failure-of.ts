/** What the AI SDK's errors have, whatever copy of it made them. */
interface CallError {
  name?: string;
  message?: string;
  statusCode?: number;
  responseHeaders?: Record<string, string>;
  responseBody?: string;
  cause?: unknown;
}

/** An error of the AI SDK as the Messages API would tell it; `undefined` for one that is no answer of a server. */
export function failureOf(error: unknown): Response | undefined {
  const { name, message, statusCode, responseHeaders = {}, responseBody = '' } = (error ?? {}) as CallError;
  if (name === 'AI_UnsupportedFunctionalityError' || name === 'AI_InvalidPromptError') {
    return Response.json(bodyOf('invalid_request_error', message ?? name), { status: 400 });
  }
  if (statusCode === undefined) return undefined;
  const headers = headersOf(responseHeaders);
  // An answer that is none is judged, and shown, as such.
  if (statusCode < 400) return new Response(responseBody, { status: 200, headers });
  return Response.json(failureBodyOf(error), { status: statusCode, headers });
}

/** The body of an error: what a server calls it, and what it says. */
export function failureBodyOf(error: unknown): ReturnType<typeof bodyOf> {
  const { message, responseBody } = (error ?? {}) as CallError;
  const told = jsonIn(responseBody) ?? error;
  const { error: inner = told } = (told ?? {}) as { error?: unknown };
  const { type, code, message: said } = (inner ?? {}) as Record<string, unknown>;
  const kind = [code, type].find((each) => typeof each === 'string' && each !== '') as string | undefined;
  const text = [said, inner, message].find((each) => typeof each === 'string' && each !== '') as string | undefined;
  return bodyOf(kind ?? 'api_error', text ?? 'The provider failed, and did not say why.');
}

function bodyOf(type: string, message: string) {
  return { type: 'error' as const, error: { type, message } };
}

function jsonIn(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '') as unknown;
  } catch {
    return undefined;
  }
}

/** Headers of a body as it was sent, which this one is not. */
const ofBody = /^(content-(length|encoding|type)|transfer-encoding|connection|set-cookie)$/i;

/** The headers of an answer, and its limits by the names that the limiter reads. */
export function headersOf(given: Record<string, string>, nowMs: number = Date.now()): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) if (!ofBody.test(name)) headers.set(name, value);
  for (const bucket of ['requests', 'tokens']) {
    const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((field) =>
      headers.get(`x-ratelimit-${field}-${bucket}`),
    );
    if (!limit || !remaining) continue;
    headers.set(`anthropic-ratelimit-${bucket}-limit`, limit);
    headers.set(`anthropic-ratelimit-${bucket}-remaining`, remaining);
    headers.set(`anthropic-ratelimit-${bucket}-reset`, new Date(nowMs + spanMs(reset ?? '')).toISOString());
  }
  return headers;
}

const unitsMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Milliseconds of a span as OpenAI writes it, such as `6m0s` or `120ms` (https://platform.openai.com/docs/guides/rate-limits); 0 for what is none. */
export function spanMs(text: string): number {
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitsMs[unit] ?? 0),
    0,
  );
}
