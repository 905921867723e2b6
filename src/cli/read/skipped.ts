import { reasonOf } from '../../files/index.js';
import type { LeftOut } from '../../files/index.js';

/** How many files and folders are left out, by reason: `Skipped 3 files and folders (hidden: 2, no reader for .docx: 1)`. */
export function skippedLine(skipped: readonly LeftOut[]): string {
  const counts = new Map<string, number>();
  for (const each of skipped) {
    // The system's words about one file do not count files.
    const reason = reasonOf(each.why === 'unreadable' ? { why: each.why } : each);
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const reasons = [...counts]
    .toSorted(([, left], [, right]) => right - left)
    .map(([reason, count]) => `${reason}: ${count}`);
  return `Skipped ${skipped.length.toLocaleString('en')} ${skipped.length === 1 ? 'file or folder' : 'files and folders'} (${reasons.join(', ')})`;
}

/** The flags that take skipped files in, if there are any. */
export function hintFor(skipped: readonly LeftOut[]): string | undefined {
  const flags = [
    ...(skipped.some(({ why }) => why === 'hidden') ? ['`--hidden`'] : []),
    ...(skipped.some(({ why }) => why === 'ignored' || why === 'vendored') ? ['`--no-ignore`'] : []),
  ];
  return flags.length === 0 ? undefined : `${flags.join(' and ')} would take some of them in.`;
}
