import { inspect } from 'node:util';

import { APIError } from '@anthropic-ai/sdk';

import { FanfoldError } from '../../contract/errors.js';

/** One sentence about an error. It may be long, and a hostile server decides what stands in it. */
export function describeError(error: unknown): string {
  if (error instanceof APIError && error.status !== undefined) return describeStatus(error);
  if (error instanceof FanfoldError && error.advice !== undefined) return `${error.message} ${error.advice}`;
  // The message of the error quotes the place, and with it whatever the server wrote there.
  if (error instanceof SyntaxError) return 'The API answered with status 200 and broken JSON.';
  return causesOf(error).join(': ');
}

function describeStatus({ status, apiMessage, type, message, requestID }: APIError): string {
  const named = requestID ? ` (${requestID})` : '';
  if (typeof apiMessage === 'string') return `${status} ${type ?? 'error'}: ${apiMessage}${named}`;
  // `message` is the status and the body.
  const body = message.replace(/^\d{3} /, '');
  const [, title = ''] = /<title>([^<]*)<\/title>/i.exec(body) ?? [];
  if (/^\s*</.test(body))
    return `${status}, and an HTML page of ${body.length} characters, titled ${JSON.stringify(title)}`;
  return `${message}${named}`;
}

/** The causes of the SDK's connection error: only they say why. */
function causesOf(error: unknown): string[] {
  const said: string[] = [];
  // A chain of causes may be a ring.
  for (let cause = error, depth = 0; cause !== undefined && cause !== null && depth < 5; depth += 1) {
    const { message, code, cause: next } = cause as { message?: unknown; code?: unknown; cause?: unknown };
    const sentence =
      typeof message === 'string' && message !== '' ? message.replace(/\.$/, '') : inspect(code ?? cause);
    const withCode = typeof code === 'string' && !sentence.includes(code) ? `${sentence} (${code})` : sentence;
    if (!said.includes(withCode)) said.push(withCode);
    cause = next;
  }
  return said;
}
