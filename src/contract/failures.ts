import { beginningOf } from './cut-text.js';
/** Every failure type that fanfold itself raises, and whether Temporal may try again. */
export const failureTypes = {
  RateLimited: 'retry',
  Overloaded: 'retry',
  ServerError: 'retry',
  ConnectionFailed: 'retry',
  Stalled: 'retry',
  MalformedAnswer: 'retry',
  Unexpected: 'retry',
  SourceFailed: 'retry',
  ToolFailed: 'retry',
  SpendLimitReached: 'final',
  BadRequest: 'final',
  Unauthenticated: 'final',
  PaymentRequired: 'final',
  PermissionDenied: 'final',
  NotFound: 'final',
  RequestTooLarge: 'final',
  Unprocessable: 'final',
  NoApiKey: 'final',
  ProviderNotInstalled: 'final',
  CassetteMiss: 'final',
  UnsupportedSchema: 'final',
  DocumentMissing: 'final',
  DocumentUnreadable: 'final',
  AnswerNotStored: 'final',
  BadInput: 'final',
  AttemptsExhausted: 'final',
  BatchUnknown: 'retry',
  WorkerEnds: 'retry',
  ReserveUsedUp: 'final',
  OverBudget: 'final',
  NotAllowed: 'final',
  TimedOut: 'final',
  FanInFailed: 'final',
  RunFailed: 'final',
} as const;

/** The type of a failure of fanfold's own. */
export type FailureType = keyof typeof failureTypes;

/** Errors of an answer that came but is not ok; they are data in the outcome, never thrown. */
export const answerErrors = {
  truncated: 'Truncated',
  refused: 'Refused',
  invalid: 'InvalidAnswer',
} as const;

/** Longest error message that is kept, in UTF-16 code units: an HTML error page of 300 KB would go into history once per attempt. */
const maxMessageLength = 2_048;

export function cutMessage(message: string): string {
  if (message.length <= maxMessageLength) return message;
  const start = beginningOf(message, maxMessageLength - 32);
  return `${start}… (${message.length} characters)`;
}
