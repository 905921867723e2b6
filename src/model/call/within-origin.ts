import { fetch } from 'undici';
import type { RequestInfo, RequestInit, Response } from 'undici';

const mostRedirects = 5;

/**
 * A `fetch` for requests that carry a key. Redirects are followed only at the same scheme, host and port, and with the same
 * headers and body. undici's own sends every header but `authorization` and cookies wherever it is told to go.
 *
 * @returns of a redirect elsewhere an answer with its status, whose error says where to
 */
export async function fetchWithinOrigin(input: RequestInfo, init?: RequestInit): Promise<Response> {
  let url = new URL(typeof input === 'string' ? input : 'url' in input ? input.url : input.href);
  for (let hops = 0; ; hops += 1) {
    const answer = await fetch(url, { ...init, redirect: 'manual' });
    const next = targetOf(answer, url);
    if (next === undefined) return answer;
    await answer.body?.cancel();
    if (next.origin !== url.origin)
      return refusal(answer.status, `The API redirects to ${next.origin}, where no key is sent`);
    // The others would turn a question into a request without a body.
    if (answer.status !== 307 && answer.status !== 308 && isQuestion(init)) {
      return refusal(answer.status, 'The API redirects in a way that leaves the question behind');
    }
    if (hops === mostRedirects) return refusal(answer.status, `The API redirects more than ${mostRedirects} times`);
    url = next;
  }
}

function targetOf({ status, headers }: Response, url: URL): URL | undefined {
  const location = headers.get('location');
  if (status < 300 || status >= 400 || location === null) return undefined;
  return URL.canParse(location, url.href) ? new URL(location, url) : undefined;
}

function isQuestion({ method = 'GET' }: RequestInit = {}): boolean {
  return !/^(get|head)$/i.test(method);
}

function refusal(status: number, what: string): Response {
  const message = `${what}. Set ANTHROPIC_BASE_URL to where it is.`;
  return globalThis.Response.json(
    { type: 'error', error: { type: 'redirect', message } },
    { status },
  ) as unknown as Response;
}
