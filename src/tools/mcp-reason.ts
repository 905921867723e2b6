const elsewhere = 'it sends whoever asks elsewhere, which is not followed: give that address';

/** Statuses of HTTP about which whoever runs the servers can do something. */
const advice: Record<number, string> = {
  301: elsewhere,
  302: elsewhere,
  307: elsewhere,
  308: elsewhere,
  401: 'it wants somebody who is signed in: give it `headers` with a token',
  403: 'it does not allow this',
  404: 'there is none at this address',
  405: 'there is none at this address',
};

/** Why a server could not be asked. The SDK's errors over HTTP leave their status out of the message, and `fetch` the reason. */
export function reasonOf(error: unknown): string {
  const { message, code, cause } = error as { message: string; code?: unknown; cause?: unknown };
  if (typeof code === 'number' && code >= 300 && code < 600) {
    const body = /^[^:]*: Error POSTing to endpoint: ?(.*)$/s.exec(message)?.[1] ?? message;
    const said = body.trim() === '' ? '' : `. It said: ${body.trim()}`;
    return `it answered with status ${code}${advice[code] === undefined ? '' : `: ${advice[code]}`}${said}`;
  }
  if (message !== 'fetch failed') return message;
  const { code: why, message: said } = (cause ?? {}) as { code?: unknown; message?: string };
  return `it cannot be reached (${typeof why === 'string' ? why : (said ?? 'nobody says why')})`;
}
