import { AnthropicError, APIConnectionError, APIError } from '@anthropic-ai/sdk';

import { FanfoldError } from '../../contract/errors.js';
import { failureTypes } from '../../contract/failures.js';
import type { FailureType } from '../../contract/failures.js';

/** A row of the table. An error must match all that the row names; the rows are tried in order, and the first that fits decides. */
interface ApiRow {
  type: FailureType;
  /** First and last status; `null` is an error event in a stream, which has none. */
  status?: readonly [number, number] | null;
  /** `error.details.error_code` */
  code?: RegExp;
  /** `error.type` */
  kind?: RegExp;
  /** Amazon's name of the error, in a header of the answer. */
  amazon?: RegExp;
  message?: RegExp;
}

/** Whether Temporal may try again is a property of the failure type: see `failureTypes`. */
const apiErrors: readonly ApiRow[] = [
  { type: 'SpendLimitReached', status: [402, 429], code: /spend_limit_reached$/ },
  { type: 'SpendLimitReached', status: [400, 400], message: /reached your specified API usage limits/i },
  // LiteLLM's proxy, for a while after the upstream has refused anything, a key included: it must end some time.
  { type: 'Overloaded', status: [429, 429], message: /no deployments available/i },
  // OpenAI, and those who speak like it, where the account has nothing left.
  { type: 'SpendLimitReached', status: [429, 429], kind: /^(insufficient_quota|billing_hard_limit_reached)$/ },
  // Ramp limits too: `ramp_limit_exceeded` asks for the same.
  { type: 'RateLimited', status: [429, 429] },
  { type: 'Overloaded', status: [529, 529] },
  // A redirect that was not followed.
  { type: 'NotAllowed', status: [301, 308] },
  { type: 'BadRequest', status: [400, 400] },
  { type: 'Unauthenticated', status: [401, 401] },
  { type: 'PaymentRequired', status: [402, 402] },
  // Amazon's answer to credentials that are none, or no longer.
  {
    type: 'Unauthenticated',
    status: [403, 403],
    amazon: /^(UnrecognizedClient|ExpiredToken|InvalidSignature|IncompleteSignature|MissingAuthenticationToken)/,
  },
  { type: 'PermissionDenied', status: [403, 403] },
  { type: 'NotFound', status: [404, 404] },
  { type: 'ServerError', status: [408, 409] },
  { type: 'RequestTooLarge', status: [413, 413] },
  // Bedrock's ModelErrorException: the model failed, not the request.
  { type: 'ServerError', status: [424, 424] },
  { type: 'Unprocessable', status: [422, 422] },
  { type: 'BadRequest', status: [400, 499] },
  // Gateways that pass on 529 as 500 leave its error in the text.
  { type: 'Overloaded', status: [500, 503], message: /overloaded_error|AnthropicError.*overloaded/is },
  { type: 'ServerError', status: [500, 599] },
  { type: 'Overloaded', status: null, kind: /^(overloaded_error|serviceUnavailableException)$/ },
  { type: 'RateLimited', status: null, kind: /^(rate_limit_error|rate_limit_exceeded|throttlingException)$/ },
  { type: 'BadRequest', status: null, kind: /^(invalid_request_error|validationException)$/ },
  {
    type: 'ServerError',
    status: null,
    kind: /^(api_error|server_error|(internalServer|modelStreamError|modelTimeout)Exception)$/,
  },
];

const connectionCodes =
  /^(UND_ERR_.*|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

/** Errors without an answer of the API. */
const otherErrors: readonly { type: FailureType; when: (error: unknown) => boolean }[] = [
  // Amazon's and Google's credentials, which nobody has set: nothing was sent.
  { type: 'NoApiKey', when: lacksCredentials },
  { type: 'ConnectionFailed', when: (error) => error instanceof APIConnectionError },
  // undici, while the body is read: the SDK passes its errors on as they are.
  {
    type: 'ConnectionFailed',
    when: (error) => error instanceof TypeError && /^(terminated|fetch failed)$/.test(error.message),
  },
  { type: 'ConnectionFailed', when: (error) => connectionCodes.test(codeOf(error)) },
  { type: 'MalformedAnswer', when: (error) => error instanceof SyntaxError },
  // A stream that ends before its message does, or whose events come in no order.
  { type: 'MalformedAnswer', when: (error) => error instanceof AnthropicError && !(error instanceof APIError) },
];

/** The failure type of an error of a model call. An error that no row knows is `Unexpected`: tried again, and counted. */
export function classify(error: unknown): FailureType {
  if (error instanceof FanfoldError) return isFailureType(error.type) ? error.type : 'Unexpected';
  const row = error instanceof APIError ? apiErrors.find((each) => fits(each, error)) : undefined;
  return row?.type ?? otherErrors.find(({ when }) => when(error))?.type ?? 'Unexpected';
}

function fits({ status, code, kind, amazon, message }: ApiRow, error: APIError): boolean {
  if (status === null && error.status !== undefined) return false;
  if (status && !(error.status !== undefined && error.status >= status[0] && error.status <= status[1])) return false;
  if (code && !code.test(error.errorCode ?? '')) return false;
  if (kind && !kind.test(error.type ?? '')) return false;
  if (amazon && !amazon.test(error.headers?.get('x-amzn-errortype') ?? '')) return false;
  return message === undefined || message.test(error.message);
}

/** Whether a provider's package has found no credentials at all. One that could not fetch them may the next time. */
function lacksCredentials(error: unknown): boolean {
  if (!(error instanceof APIConnectionError)) return false;
  const { name, message } = (error.cause ?? {}) as { name?: unknown; message?: unknown };
  return (
    (name === 'CredentialsProviderError' && /could not load credentials/i.test(String(message))) ||
    /could not load the default credentials/i.test(String(message))
  );
}

function isFailureType(type: string): type is FailureType {
  return Object.hasOwn(failureTypes, type);
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
