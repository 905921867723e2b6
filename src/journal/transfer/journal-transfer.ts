import { InputError } from '../../contract/errors.js';
import { readKeyring, Unreadable } from '../../encryption/index.js';
import type { Keyring } from '../../encryption/index.js';
import type { Entry } from '../entry.js';
import type { JournalStore, StoredRecord } from '../journal-store.js';
import { openStore } from '../open-journal.js';
import type { JournalSettings } from '../open-journal.js';
import { decodeRecord, encodeRecord } from '../record/record.js';
import { readLine, writeLine } from './journal-line.js';

/** Records that are read or written in one step: others get their turn in between. */
const page = { records: 200, bytes: 8_000_000 };

/** A line and where it stands, as in `answers.jsonl:17`. */
export interface PlacedLine {
  text: string;
  place: string;
}

/** What became of the lines of an import. */
export interface Imported {
  /** Answers that the journal did not have, or had older ones of. */
  kept: number;
  /** Answers that it had, as new or newer. */
  known: number;
  /** The time of the oldest that was kept, in milliseconds since the epoch. */
  oldestAtMs: number | null;
}

/**
 * Carries a journal's answers elsewhere and back, as JSON Lines in the order of their keys.
 *
 * JournalTransfer-1. What is encrypted leaves the journal encrypted, unless it is asked for in clear; so does, where there is a key, what
 *     was put before there was one.
 * JournalTransfer-2. An import keeps an answer only where there is none, an older one, or one that is damaged. It can be repeated.
 * JournalTransfer-3. No more is in memory than some pages, however many answers there are.
 */
export class JournalTransfer {
  readonly #store: JournalStore;
  readonly #keyring: Keyring | undefined;
  readonly #onWarning: (message: string) => void;

  private constructor(store: JournalStore, { encryptionKey, onWarning = () => {} }: JournalSettings) {
    this.#store = store;
    this.#keyring = encryptionKey ? readKeyring(encryptionKey, 'journal') : undefined;
    this.#onWarning = onWarning;
  }

  /** @throws as `openJournal` */
  static async open(settings: JournalSettings): Promise<JournalTransfer> {
    if (settings.encryptionKey) readKeyring(settings.encryptionKey, 'journal');
    return new JournalTransfer(await openStore(settings, settings.onWarning ?? (() => {})), settings);
  }

  /**
   * Every answer as a line. A damaged one is a warning.
   *
   * @param clear whether what is encrypted is wanted in clear
   * @throws InputError where that is wanted, and a key is missing
   */
  async *lines({ clear }: { clear: boolean }): AsyncGenerator<string> {
    let last: string | undefined;
    for (;;) {
      const records = await this.#store.page(last, page);
      if (records.length === 0) return;
      for (const record of records) {
        const line = await this.#lineOf(record, clear);
        if (line !== undefined) yield line;
      }
      last = records.at(-1)?.key;
    }
  }

  /**
   * Takes lines in. Those before a line that is refused have been kept.
   *
   * @throws InputError with the place of the first line that cannot be meant
   */
  async take(lines: AsyncIterable<PlacedLine>): Promise<Imported> {
    const imported: Imported = { kept: 0, known: 0, oldestAtMs: null };
    let waiting = new Map<string, StoredRecord>();
    let bytes = 0;
    const flush = async () => {
      await this.#keep([...waiting.values()], imported);
      waiting = new Map();
      bytes = 0;
    };
    try {
      for await (const { text, place } of lines) {
        const taken = await this.#taken(text, place);
        const other = waiting.get(taken.key);
        if (other !== undefined) imported.known += 1;
        if (other === undefined || other.answeredAtMs < taken.answeredAtMs) waiting.set(taken.key, taken);
        bytes += taken.bytes.length;
        if (waiting.size >= page.records || bytes >= page.bytes) await flush();
      }
    } catch (error) {
      await flush();
      throw error;
    }
    await flush();
    return imported;
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #lineOf({ key, bytes }: StoredRecord, clear: boolean): Promise<string | undefined> {
    let entry: Entry;
    try {
      entry = await decodeRecord(key, bytes, this.#keyring);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      if (!error.lacksKey) {
        this.#onWarning(`The journal's record ${key.slice(0, 12)}… ${error.message}; it is left out.`);
        return undefined;
      }
      if (!clear) return writeLine({ key, sealed: Buffer.from(bytes) });
      throw new InputError(
        `Expected the key of every answer, since they are wanted in clear, got ${key.slice(0, 12)}…, which ${error.message}.`,
        'Give FANFOLD_ENCRYPTION_KEY all keys that were ever used, or leave out `--clear`.',
      );
    }
    if (clear || this.#keyring === undefined) return writeLine({ key, entry });
    const isSealed = await decodeRecord(key, bytes).then(
      () => false,
      () => true,
    );
    const sealed = isSealed ? Buffer.from(bytes) : await encodeRecord(key, entry, this.#keyring);
    return writeLine({ key, sealed });
  }

  async #taken(text: string, place: string): Promise<StoredRecord> {
    const line = readLine(text, place);
    const { key } = line;
    const entry = 'entry' in line ? line.entry : await this.#opened(key, line.sealed, place);
    return { key, bytes: await encodeRecord(key, entry, this.#keyring), answeredAtMs: entry.answeredAtMs };
  }

  async #opened(key: string, sealed: Buffer, place: string): Promise<Entry> {
    try {
      return await decodeRecord(key, sealed, this.#keyring);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      throw new InputError(
        `${place}: Expected an answer that can be read, got one that ${error.message}.`,
        error.lacksKey ? 'Set FANFOLD_ENCRYPTION_KEY to the key of the journal that it comes from.' : undefined,
      );
    }
  }

  async #keep(records: readonly StoredRecord[], imported: Imported): Promise<void> {
    if (records.length === 0) return;
    const kept = new Set(await this.#store.add(records));
    for (const record of records) {
      if (!kept.has(record.key) && (await this.#isDamaged(record.key))) {
        await this.#store.write(record);
        kept.add(record.key);
      }
      if (!kept.has(record.key)) imported.known += 1;
      else {
        imported.kept += 1;
        imported.oldestAtMs = Math.min(imported.oldestAtMs ?? Infinity, record.answeredAtMs);
      }
    }
  }

  /** What somebody else can read is not damaged. */
  async #isDamaged(key: string): Promise<boolean> {
    const record = await this.#store.read(key);
    if (record === undefined) return true;
    try {
      await decodeRecord(key, record, this.#keyring);
      return false;
    } catch (error) {
      return error instanceof Unreadable && !error.lacksKey;
    }
  }
}
