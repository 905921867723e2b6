import type { Chunk } from './lanes.js';
import type { WideOutcomes } from './run-result.js';
import type { Outcome } from './typed-outcome.js';

/** Rows in the store, as `placeRows` gives them and `mapRows` takes them: JSON of some 100 bytes for each 250 rows. */
export interface StoredRows<Row> {
  readonly chunks: readonly Chunk[];
  /** Never there: the type of a row. */
  readonly _row?: Row;
}

/** The answers about rows, in the store, for `readRows`: JSON of some 100 bytes for each 250 rows, and for each report of a lane. */
export interface AnsweredRows<Row, Value> {
  readonly wide: WideOutcomes;
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** Where each row was asked about several times: how often, and the vote over the answers. */
  readonly samples?: { readonly count: number; readonly vote?: true | string };
  /** Never there: the type of a row. */
  readonly _row?: Row;
  /** Never there: the type of an answer. */
  readonly _value?: Value;
}

/** A row, and what came of the question about it. */
export interface AnsweredRow<Row, Value> {
  row: Row;
  /** Of several answers: what became of the row, and what all of them took and cost. */
  outcome: Outcome<Value>;
  /** Of several answers: each by itself, in order. */
  samples?: Outcome<unknown>[];
  /** Of a vote: how many answers say so, of how many there are, and whether as many say something else. */
  vote?: { votes: number; of: number; tied: boolean };
}
