import { beginningOf } from '../contract/cut-text.js';

/** Most UTF-16 code units of a subject. */
const mostSubject = 120;

/** Fields that say what a run is about, the most telling first. */
const telling = ['title', 'question', 'task', 'prompt'] as const;

/** What a run is about, in the words of its input: title, question, task, prompt, its document's first line, or the keys of its documents; `null` where it has none. */
export function subjectOf(input: unknown): string | null {
  const fields = typeof input === 'string' ? { title: input } : ((input ?? {}) as Record<string, unknown>);
  const { inline } = (fields['document'] ?? {}) as { inline?: unknown };
  const said = [...telling.map((name) => fields[name]), inline, keysOf(fields['documents'])].find(
    (each): each is string => typeof each === 'string' && each.trim() !== '',
  );
  const [first = ''] = (said ?? '').trim().split('\n');
  return first === '' ? null : beginningOf(first, mostSubject);
}

function keysOf(documents: unknown): string | null {
  if (!Array.isArray(documents)) return null;
  const [first, ...others] = documents.map((document) => (document as { key?: unknown } | null)?.key);
  if (typeof first !== 'string') return null;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
