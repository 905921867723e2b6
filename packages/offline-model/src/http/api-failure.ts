import type { ErrorObject, ErrorResponse } from '@anthropic-ai/sdk/resources/shared';

type ErrorKind = ErrorObject['type'] | 'request_too_large' | 'conflict_error';

/** An error the API answers with. */
export class ApiFailure extends Error {
  constructor(
    readonly status: number,
    readonly kind: ErrorKind,
    message: string,
    readonly headers: Record<string, string> = {},
    /** `error.details.error_code`, by which the SDK picks its error class. */
    readonly errorCode?: string,
  ) {
    super(message);
  }

  body(requestId: string): ErrorResponse {
    const error = {
      type: this.kind,
      message: this.message,
      ...(this.errorCode === undefined ? {} : { details: { error_code: this.errorCode } }),
    };
    // The types of SDK 1.12 lack two kinds that the API documents: request_too_large and conflict_error.
    return { type: 'error', error: error as ErrorObject, request_id: requestId };
  }
}

/** A 400 `invalid_request_error`. */
export function invalidRequest(message: string): ApiFailure {
  return new ApiFailure(400, 'invalid_request_error', message);
}

/** The documented kind of error of a status; 500 and up without one of their own are `api_error`. */
export function errorKindOf(status: number): ErrorKind {
  return kinds[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
}

const kinds: Record<number, ErrorKind> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};
