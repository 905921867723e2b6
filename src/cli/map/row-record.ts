import { InputError } from '../../contract/errors.js';
import type { JsonSchema } from '../../contract/json-schema.js';
import type { RowAnswer, RowsFold } from '../../fold/rows.js';
import type { MapRow } from './map-rows.js';

/** What is kept about each row, beside its columns and its answer. */
export const rowColumn = '_row';
export const statusColumn = '_status';
const kept = [rowColumn, statusColumn, '_error'];
const keptOfVote = ['_votes', '_of', '_tied'];
const keptOfComparison = ['_agree', '_differ'];

/** All columns that may be kept about a row. */
export const keptColumns: ReadonlySet<string> = new Set([...kept, ...keptOfVote, ...keptOfComparison]);

/** A row as it is written: the columns of the table, the fields of the answer, and what is kept about it. */
export type RowRecord = Record<string, unknown>;

/** How a row is written. */
export class RowShape {
  /** Names of the answer's fields; none where it is a column by itself. */
  readonly #fields: readonly string[];
  readonly #whole: string;

  constructor(
    readonly fold: RowsFold,
    schema: JsonSchema | undefined,
    /** What stands before the names of the answer's columns. */
    readonly prefix: string,
  ) {
    const isOne = fold.samples === 1 || fold.vote !== undefined;
    const properties =
      schema?.['type'] === 'object' && isOne ? (schema['properties'] as object | undefined) : undefined;
    this.#fields = Object.keys(properties ?? {});
    this.#whole = isOne ? 'answer' : 'answers';
  }

  /** Columns of an earlier run's rows that are written anew: what they hold is in the answers no more. */
  writtenAnew(ofTable: readonly string[]): string[] {
    return ofTable.filter((name) => this.#kept.includes(name));
  }

  /**
   * The columns of what is written, in their order.
   *
   * @throws InputError where one has two meanings
   */
  columns(ofTable: readonly string[]): string[] {
    const answer = this.#answerColumns;
    const both = answer.find((name) => ofTable.includes(name));
    if (both !== undefined) {
      throw new InputError(
        `Expected the answer to have other columns than the rows, got \`${both}\` in both.`,
        'Set something before those of the answer: `--prefix new_`.',
      );
    }
    const bookkeeping = this.#kept;
    const taken = answer.find((name) => bookkeeping.includes(name));
    if (taken !== undefined) {
      throw new InputError(
        `Expected the answer to have other columns than ${bookkeeping.join(', ')}, got \`${taken}\`.`,
        'Set something before those of the answer: `--prefix new_`.',
      );
    }
    const [own] = this.writtenAnew(ofTable);
    // Rows of an earlier run have both.
    const areAnswers = ofTable.includes(rowColumn) && ofTable.includes(statusColumn);
    if (own !== undefined && !areAnswers) {
      throw new InputError(
        `Expected the rows to have no column that is kept about their answers (${bookkeeping.join(', ')}), got \`${own}\`.`,
        'Rename the column of the table.',
      );
    }
    return [...ofTable.filter((name) => !bookkeeping.includes(name)), ...answer, ...bookkeeping];
  }

  recordOf(
    { key, fields }: MapRow,
    { status, answer, error, votes, of, tied, agree, fields: same = {} }: RowAnswer,
  ): RowRecord {
    const bookkeeping = this.#kept;
    const own = Object.entries(fields).filter(([name]) => !bookkeeping.includes(name));
    return Object.fromEntries([
      ...own,
      ...this.#answered(answer),
      [rowColumn, key],
      [statusColumn, status],
      ...(error === undefined ? [] : [['_error', `${error.type}: ${error.message}`]]),
      ...(votes === undefined
        ? []
        : [
            ['_votes', votes],
            ['_of', of],
            ['_tied', tied],
          ]),
      ...(agree === undefined
        ? []
        : [
            ['_agree', agree],
            ['_differ', Object.keys(same).filter((name) => same[name] === false)],
          ]),
    ]) as RowRecord;
  }

  #answered(answer: unknown): [string, unknown][] {
    if (answer === undefined || answer === null) return [];
    const { ways } = this.fold;
    if (ways !== undefined) {
      return ways.flatMap((way) => this.#answerOf((answer as RowRecord)[way], `${way}.`, way));
    }
    return this.#answerOf(answer, '', this.#whole);
  }

  /** The columns of one answer: its fields, or the whole where it has none. */
  #answerOf(answer: unknown, before: string, whole: string): [string, unknown][] {
    if (answer === undefined || answer === null) return [];
    const isObject = typeof answer === 'object' && !Array.isArray(answer);
    if (this.#fields.length === 0 || !isObject) return [[`${this.prefix}${whole}`, answer]];
    return Object.entries(answer).map(([name, value]) => [`${this.prefix}${before}${name}`, value]);
  }

  get #answerColumns(): string[] {
    const { ways } = this.fold;
    const names =
      ways === undefined ? this.#namesOf('', this.#whole) : ways.flatMap((way) => this.#namesOf(`${way}.`, way));
    return names.map((name) => `${this.prefix}${name}`);
  }

  #namesOf(before: string, whole: string): string[] {
    return this.#fields.length === 0 ? [whole] : this.#fields.map((name) => `${before}${name}`);
  }

  get #kept(): string[] {
    const { vote, compares } = this.fold;
    return [...kept, ...(vote === undefined ? [] : keptOfVote), ...(compares === true ? keptOfComparison : [])];
  }
}
