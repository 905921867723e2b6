import { matchesOf } from '../../fold/findings.js';
import type { Match } from '../../fold/findings.js';
import { withinLimit } from '../within-limit.js';
import type { Limited } from '../within-limit.js';

/** Where a pattern of a check occurs in a text. */
export function findPattern({
  text,
  pattern,
  limitMs,
}: {
  text: string;
  pattern: string;
  limitMs: number;
}): Limited<Match[]> {
  return withinLimit(limitMs, () => matchesOf(text, pattern));
}
