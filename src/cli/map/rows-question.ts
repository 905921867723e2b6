import type { Session } from '../home/session.js';
import type { StartedRun } from '../../client/index.js';
import type { JsonSchema } from '../../contract/json-schema.js';
import type { FanOutOptions } from '../../contract/options.js';
import type { MapInput, MapPlan } from '../../plan/map-plan.js';

/**
 * Where the rows of a run are: inside its input, or in the store. `atLeast` stands in place of what the options say of all rows, where
 * some are not asked about.
 */
export type RowsPlaced = Pick<MapInput, 'rows' | 'chunks' | 'atLeast'>;

/** The plan of a run over rows whose branches travel in lanes. */
export type RowsInLanes = Extract<MapPlan, { wide: unknown }>;

/** What a run over rows is called, and what it may spend. */
export interface RowsAbout extends Pick<FanOutOptions, 'budget'> {
  workflowId?: string;
  summary: string;
  details: string;
}

/** What is asked about each row of a table, and by which kind of run. */
export interface RowsQuestion {
  /** Templates over the columns of a row. */
  prompts: readonly string[];
  schema: JsonSchema | undefined;
  /** Answers about each row. */
  each: number;
  /** Whether few rows travel inside the run's input, and have an activity each. */
  hasFew: boolean;
  /**
   * The plan of a run over rows.
   *
   * @throws InputError when no run can be made of them
   */
  plan(rows: RowsPlaced): MapPlan;
  /** The plan of what is asked about any row, whatever the join says of all. */
  planOfOne(): RowsInLanes;
  start(session: Session, rows: RowsPlaced, about: RowsAbout): Promise<StartedRun>;
}

/** The options of a run over all rows, as they hold for one of them. */
export function forOne<Options extends FanOutOptions>(all: Options) {
  const { quorum: _, join, ...options } = all;
  return { ...options, ...(join !== undefined && { join: join === 'quorum' ? ('settled' as const) : join }) };
}
