import { ApiFailure, errorKindOf } from '../http/api-failure.js';
import type { FaultOf, RetryAfter } from './fault.js';
import type { OtherFault } from './script.js';

type ErrorFault = FaultOf<'rate-limit' | 'ramp-limit' | 'spend-limit' | 'overloaded' | 'status'>;

const errorFaults: readonly string[] = [
  'rate-limit',
  'ramp-limit',
  'spend-limit',
  'overloaded',
  'status',
] satisfies ErrorFault['kind'][];

export function isErrorFault(fault: OtherFault | undefined): fault is ErrorFault {
  return fault !== undefined && errorFaults.includes(fault.kind);
}

/** The error that the API answers with. Its codes are those by which SDK 1.12 picks its error classes. */
export function failureOf(fault: ErrorFault): ApiFailure {
  switch (fault.kind) {
    case 'rate-limit':
      return new ApiFailure(
        429,
        'rate_limit_error',
        "This request would exceed your organization's rate limit.",
        retryHeader(fault.retryAfter),
      );
    case 'ramp-limit':
      return new ApiFailure(
        429,
        'rate_limit_error',
        'Your usage is growing faster than your ramp limit allows. Please slow down.',
        retryHeader(fault.retryAfter),
        'ramp_limit_exceeded',
      );
    case 'spend-limit':
      return spendLimit(fault.limit ?? 'enforced');
    case 'overloaded':
      return new ApiFailure(529, 'overloaded_error', 'Overloaded', retryHeader(fault.retryAfter));
    case 'status':
      return new ApiFailure(
        fault.status,
        errorKindOf(fault.status),
        fault.message ?? `Scripted error with status ${fault.status}.`,
        retryHeader(fault.retryAfter),
      );
  }
}

function spendLimit(limit: 'enforced' | 'contract' | 'workspace'): ApiFailure {
  if (limit === 'workspace') {
    const message =
      'You have reached your specified API usage limits. You will regain access on 2027-01-01 at 00:00 UTC.';
    return new ApiFailure(400, 'invalid_request_error', message);
  }
  const message =
    limit === 'enforced'
      ? 'You have crossed the monthly usage threshold of your API tier.'
      : 'You have reached the spend limit of your contract.';
  return new ApiFailure(429, 'rate_limit_error', message, {}, `${limit}_spend_limit_reached`);
}

function retryHeader(retryAfter: RetryAfter | undefined): Record<string, string> {
  if (retryAfter === undefined) return {};
  // An HTTP date has whole seconds: rounded up, or the wait would be shorter than asked for.
  const value =
    typeof retryAfter === 'object'
      ? new Date(Math.ceil(Date.now() / 1_000 + retryAfter.dateInSeconds) * 1_000).toUTCString()
      : String(retryAfter);
  return { 'retry-after': value };
}

const proxyPageBytes = 300_000;

/** Size of the HTML page that comes instead of JSON, if one does. */
export function htmlBytesOf(fault: ErrorFault): number | undefined {
  if (fault.kind !== 'status') return undefined;
  return fault.htmlBytes ?? (fault.status === 502 ? proxyPageBytes : undefined);
}

/** An HTML page of at least that many bytes. */
export function htmlPage(title: string, bytes: number): string {
  const open = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1>`;
  const close = '</body></html>';
  return open + '<p>upstream</p>'.repeat(Math.max(0, Math.ceil((bytes - open.length - close.length) / 15))) + close;
}
