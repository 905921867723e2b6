import { InputError } from '../../contract/errors.js';
import type { MapRow } from './map-rows.js';
import type { OldRow } from './row-format.js';
import { rowColumn } from './row-record.js';
import { checkSame } from './same-row.js';

/** What is known of the rows that a file has, and which of them are to be asked about anew. */
export class RowsThere {
  #rows = 0;
  #end = 0;
  #lost = 0;
  #lostForGood = 0;
  readonly #failed = new Set<number>();

  /** @param name of the file, for errors */
  constructor(
    readonly name: string,
    readonly flags: { id?: string; retryFailed?: boolean },
  ) {}

  /** How many there are. */
  get rows(): number {
    return this.#rows;
  }

  /** The byte behind the last. */
  get end(): number {
    return this.#end;
  }

  /** How many are not ok. */
  get lost(): number {
    return this.#lost;
  }

  /** Of these, the rows that are not asked about. */
  get lostForGood(): number {
    return this.#lostForGood;
  }

  /** Whether a row is asked about. */
  asks(index: number): boolean {
    const attaches = this.flags.id !== undefined && this.flags.retryFailed !== true;
    return index >= this.#rows || attaches || this.#failed.has(index);
  }

  /**
   * Takes in a row that is there.
   *
   * @throws InputError where it is that of another row of the table
   */
  see({ key, fields }: MapRow, old: OldRow, index: number): void {
    if (old.key !== key) {
      throw new InputError(
        `Expected \`${this.name}\` to hold the beginning of this table's rows, got \`${rowColumn}\` ${JSON.stringify(old.key)} in row ${index + 1} instead of ${JSON.stringify(key)}.`,
        'Choose another --out, or remove the file.',
      );
    }
    this.#rows = index + 1;
    this.#end = old.end;
    if (old.status === 'ok' && !this.asks(index)) checkSame(this.name, fields, old, index);
    if (old.status === 'ok') return;
    this.#lost += 1;
    if (this.flags.retryFailed === true) this.#failed.add(index);
    if (!this.asks(index)) this.#lostForGood += 1;
  }
}
