import type { Reported } from '../../contract/reported.js';
import { visibleLine } from '../../fold/visible-text.js';

/** Longest title, in UTF-16 code units. */
const longest = 160;

/** Kinds that are about their document. */
const reading = ['perspectives', 'validate'];

/** What a report is called: after what was asked, what was read, or what `list` says; after the run where none of it is there. */
export function titleOf({ run, asked }: Pick<Reported, 'run' | 'asked'>): string {
  const question = run.kind === 'map' ? undefined : asked.question;
  const read = reading.includes(run.kind) ? asked.document?.title : undefined;
  const words = [question, read, asked.title]
    .map((each = '') => each.replace(/\s+/g, ' ').trim())
    .find((each) => each !== '' && !each.startsWith('{'));
  if (words === undefined) return visibleLine(run.workflowId);
  const title = words.length > longest ? `${words.slice(0, longest - 1).replace(/\p{Cs}$/u, '')}…` : words;
  return visibleLine(title);
}
