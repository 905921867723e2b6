import { InputError } from '../../contract/errors.js';
import type { Item } from '../../contract/lanes.js';
import type { LeftOut } from '../../files/index.js';
import type { LocalFile } from './local-file.js';

/** A document on its way: what is sent as a file is not in the store yet. */
export interface ReadItem extends Item {
  file?: LocalFile;
  /** What a reader would not expect of how it was read: one line. */
  note?: string;
  /** How its file was read: `DOCX`. */
  readAs?: string;
  /** Where its file is, absolute; rows and standard input have none. */
  path?: string;
}

/** Documents that can be gone through more than once: to be checked before anything starts, and to be stored. */
export interface DocumentSource {
  /** One line that names it. */
  title: string;
  items(): AsyncIterable<ReadItem>;
  /** What lies in its folders and is not taken, once the documents have been gone through; `undefined` where there are no folders. */
  readonly skipped?: readonly LeftOut[] | undefined;
}

/** Most notes about how documents were read that are said one by one. */
const mostNotes = 10;

/** What there is to be asked about. */
export interface Documents {
  /** With those that cannot be read. */
  total: number;
  /** The first few. */
  first: ReadItem[];
  /** Those that cannot be read. */
  unreadable: { key: string; reason: string }[];
  /** What is to be said of how some were read: the first few, and how many there are. */
  notes: { first: string[]; total: number };
  /** How each file that can be read was read; rows of a file are not there. */
  read: { key: string; as: string }[];
}

/**
 * Goes through all documents once.
 *
 * @param each is given those that can be read
 * @throws InputError where there are none, or none that can be read; nothing has been started then
 */
export async function checkDocuments(
  source: DocumentSource,
  few: number,
  each: (item: ReadItem) => void | Promise<void>,
): Promise<Documents> {
  const keys = new Set<string>();
  const first: ReadItem[] = [];
  const unreadable: Documents['unreadable'] = [];
  const notes: Documents['notes'] = { first: [], total: 0 };
  const read: Documents['read'] = [];
  for await (const item of source.items()) {
    if (keys.has(item.key)) throw new InputError(`Expected every id once, got ${JSON.stringify(item.key)} twice.`);
    keys.add(item.key);
    if (first.length < few) first.push(item);
    if (item.note !== undefined) {
      notes.total += 1;
      if (notes.total <= mostNotes) notes.first.push(item.note);
    }
    if (item.readAs !== undefined) read.push({ key: item.key, as: item.readAs });
    if (item.unreadable === undefined) await each(item);
    else unreadable.push({ key: item.key, reason: item.unreadable });
  }
  if (keys.size === 0) throw new InputError(`Expected at least one document in ${source.title}, got none.`);
  if (unreadable.length === keys.size) throw noneReadable(unreadable);
  return { total: keys.size, first, unreadable, notes, read };
}

function noneReadable(unreadable: Documents['unreadable']): InputError {
  const [only] = unreadable;
  if (only !== undefined && unreadable.length === 1) return new InputError(only.reason);
  return new InputError(
    `Expected a document that can be read, got ${unreadable.length} that cannot. ${reasons(unreadable)}`,
  );
}

/** @throws InputError where fewer documents can be read than must be ok; nothing has been started then */
export function checkEnough({ total, unreadable }: Documents, needed: number): void {
  const readable = total - unreadable.length;
  if (readable >= needed) return;
  throw new InputError(
    `Expected ${needed} of ${total} documents to be ok, as the flags say, got ${readable} that can be read. ${reasons(unreadable)}`,
    'Nothing was started. Leave these documents out, or ask for fewer with `--join settled` or `--at-least`.',
  );
}

function reasons(unreadable: Documents['unreadable']): string {
  const named = unreadable.slice(0, 10).map(({ reason }) => reason);
  return [...named, ...(unreadable.length > 10 ? [`And ${unreadable.length - 10} more.`] : [])].join(' ');
}
