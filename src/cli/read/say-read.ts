import { sayer } from '../home/session.js';
import type { Say } from '../home/session.js';
import type { World } from '../world.js';
import type { Documents } from './document-source.js';
import type { Document } from './read-document.js';

/** Most files that are named one by one; of more, there are counts by how they were read. */
const mostNamed = 5;

/** How the files of a run were read, in one line: what the model gets of a file depends on it. */
export function sayRead(read: Documents['read'], say: Say): void {
  if (read.length === 0) return;
  if (read.length <= mostNamed) return say(`Read ${read.map(({ key, as }) => `${key} as ${as}`).join(', ')}.`);
  const counts = new Map<string, number>();
  for (const { as } of read) counts.set(as, (counts.get(as) ?? 0) + 1);
  const kinds = [...counts].toSorted(([, left], [, right]) => right - left).map(([as, count]) => `${as}: ${count}`);
  say(`Read ${read.length.toLocaleString('en')} files (${kinds.join(', ')}); \`--dry-run\` lists them.`);
}

/** Says how the documents of a command were read, and what a reader would not expect of it; returns the former for `--dry-run`. */
export function tellRead(
  documents: readonly Pick<Document, 'title' | 'readAs' | 'note'>[],
  { quiet }: { quiet?: boolean },
  world: World,
): Documents['read'] {
  const say = sayer(world, quiet);
  for (const { note } of documents) if (note !== undefined) say(note);
  const read = documents.map(({ title, readAs }) => ({ key: title, as: readAs }));
  sayRead(read, say);
  return read;
}
