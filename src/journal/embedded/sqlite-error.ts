import { FanfoldError, UnavailableError } from '../../contract/errors.js';

/** Primary result codes (https://sqlite.org/rescode.html) by what they mean for a journal. */
const meanings: Readonly<Record<number, 'busy' | 'full' | 'damaged'>> = {
  5: 'busy',
  6: 'busy',
  13: 'full',
  11: 'damaged',
  26: 'damaged',
};

export type SqliteFault = 'busy' | 'full' | 'damaged' | 'unusable';

/** Extended codes of writes and syncs that failed otherwise than for space, as by a quota. */
const failedWrites = [778, 1_034, 1_546, 4_874];

/** The meaning of an error of SQLite; `undefined` for other errors. */
export function faultOf(error: unknown): SqliteFault | undefined {
  const code = (error as { errcode?: unknown } | undefined)?.errcode;
  if (typeof code !== 'number') return undefined;
  return failedWrites.includes(code) ? 'full' : (meanings[code % 256] ?? 'unusable');
}

/**
 * Whether an error at opening means that the file is damaged: a generic error says that the schema is not the one that was
 * written.
 */
export function isDamage(error: unknown): boolean {
  return faultOf(error) === 'damaged' || (error as { errcode?: unknown } | undefined)?.errcode === 1;
}

/**
 * Whether an error at opening says that SQLite may only read the file: it is write-protected, or a damaged byte of its header looks
 * like a format of the future (https://sqlite.org/fileformat2.html, section 1.3.3).
 */
export function isReadOnly(error: unknown): boolean {
  return (error as { errcode?: unknown } | undefined)?.errcode === 8;
}

/** The error for whoever uses the journal. */
export function journalError(error: unknown, path: string): Error {
  const { message, code } = error as NodeJS.ErrnoException;
  switch (['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO'].includes(code ?? '') ? 'full' : faultOf(error)) {
    case 'busy':
      return new UnavailableError(
        'JournalBusy',
        `Another process has kept the journal ${path} locked for too long.`,
        'End the process that has it open.',
        error,
      );
    case 'full':
      return new FanfoldError(
        'JournalFull',
        `The journal ${path} cannot be written: no space is left, or the disk fails (${message}).`,
        // Not `prune`: that takes space first.
        'Free some space where FANFOLD_HOME is.',
        error,
      );
    default:
      return new UnavailableError(
        'JournalUnusable',
        `The journal ${path} cannot be used: ${message}.`,
        'FANFOLD_HOME must be a directory of a local disk that fanfold may write to.',
        error,
      );
  }
}
