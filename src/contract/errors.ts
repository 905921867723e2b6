/** Something a user can act on: what happened, and what to do about it. */
export class FanfoldError extends Error {
  override readonly name: string = 'FanfoldError';

  constructor(
    /** Stable across versions. */
    readonly type: string,
    message: string,
    readonly advice?: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** The input cannot be used; nothing was started and nothing was spent. */
export class InputError extends FanfoldError {
  override readonly name = 'InputError';

  constructor(message: string, advice?: string) {
    super('BadInput', message, advice);
  }
}

/** The Temporal server, the model API or its key cannot be used. */
export class UnavailableError extends FanfoldError {
  override readonly name = 'UnavailableError';
}

/** The budget cannot cover the run; nothing was started and nothing was spent. */
export class OverBudgetError extends FanfoldError {
  override readonly name = 'OverBudgetError';

  constructor(message: string, advice?: string) {
    super('OverBudget', message, advice);
  }
}
