import { resolve } from 'node:path';

import { InputError } from '../../contract/errors.js';
import { endingOf } from '../../files/index.js';
import { jsonLinesFormat, tableFormat } from './row-format.js';
import type { RowFormat } from './row-format.js';
import { wholeFormats } from './whole-file.js';

/** Formats that take row after row, by the end of a name. */
const growing: Readonly<Record<string, RowFormat>> = {
  '.jsonl': jsonLinesFormat,
  '.ndjson': jsonLinesFormat,
  '.csv': tableFormat(','),
  '.tsv': tableFormat('\t'),
  '.tab': tableFormat('\t'),
};

/** Where the rows of a file of answers stand, and as what, by the end of its name. */
export class RowsPlaces {
  readonly path: string;
  /** Where rows are written one after the other. */
  readonly growingPath: string;
  /** Of that file. */
  readonly format: RowFormat;
  /** Where all rows are written while failed ones are asked about anew. */
  readonly retryPath: string;

  /** @throws InputError where no format has such names */
  constructor(
    readonly name: string,
    cwd: string,
  ) {
    const format = growing[endingOf(name)];
    if (format === undefined && this.#whole === undefined) {
      throw new InputError(
        `Expected \`out\` to end in ${[...Object.keys(growing), ...wholeFormats.map(({ ending }) => ending)].join(', ')}, got \`${name}\`.`,
      );
    }
    this.path = resolve(cwd, name);
    this.growingPath = format === undefined ? `${this.path}.part.jsonl` : this.path;
    this.format = format ?? jsonLinesFormat;
    this.retryPath = `${this.path}.retry`;
  }

  /** Whether rows are written one after the other where they are to stand. */
  get isGrowing(): boolean {
    return this.growingPath === this.path;
  }

  /** Writes the file of a format that cannot grow. */
  async writeWhole(columns: readonly string[]): Promise<void> {
    await this.#whole?.write(this.growingPath, this.path, columns);
  }

  get #whole() {
    return wholeFormats.find(({ ending }) => this.name.endsWith(ending));
  }
}
