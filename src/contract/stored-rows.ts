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
  /** Never there: the type of a row. */
  readonly _row?: Row;
  /** Never there: the type of an answer. */
  readonly _value?: Value;
}

/** A row, and what came of the question about it. */
export interface AnsweredRow<Row, Value> {
  row: Row;
  outcome: Outcome<Value>;
}
