import { APIError } from '@anthropic-ai/sdk';

/** The status of each kind of error (https://platform.claude.com/docs/en/api/errors). */
const statuses: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/**
 * The error that a body with status 200 tells of, as some gateways answer; it is the one that its kind or its code would have come
 * with. `undefined` for a body that tells of none.
 */
export function failureInBody(body: unknown, headers: Headers): APIError | undefined {
  const { type, error } = (body ?? {}) as { type?: unknown; error?: unknown };
  if (type === 'message' || typeof error !== 'object' || error === null) {
    return typeof error === 'string' && error !== '' ? raised(500, { message: error }, headers) : undefined;
  }
  const { type: kind, code, status } = error as Record<string, unknown>;
  const known = typeof kind === 'string' && Object.hasOwn(statuses, kind) ? statuses[kind] : undefined;
  const told = [code, status].map(Number).find((each) => Number.isInteger(each) && each >= 400 && each < 600);
  return raised(known ?? told ?? 500, error, headers);
}

function raised(status: number, error: object, headers: Headers): APIError {
  return APIError.generate(status, { type: 'error', error }, undefined, headers);
}
