/** What its user has to put right: a fault script that cannot be read, a port that is taken. */
export class OfflineModelError extends Error {
  override readonly name = 'OfflineModelError';

  constructor(
    /** What went wrong, for programs. */
    readonly code: 'BadScript' | 'PortTaken',
    message: string,
    /** What to do about it, if that is known. */
    readonly advice?: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}
