import { performance } from 'node:perf_hooks';

import { Client, Pool } from 'pg';
import type { QueryResultRow } from 'pg';

import { setTimeout as sleep } from 'node:timers/promises';

import { InputError } from '../contract/errors.js';
import type { PostgresUse } from './postgres-use.js';
import { isMissing, isPassing, unusable } from './postgres-error.js';

/** Statements are short; a few connections carry hundreds of branches. */
const connections = 4;
const connectTimeoutMs = 5_000;
/** Longest time for one statement, which may carry a record of tens of megabytes over a slow line. */
const statementTimeoutMs = 60_000;
/** Milliseconds for which a server that is away is tried again: as long as a restart may take. */
const patienceMs = 30_000;

/** Connections to a database, which may come and go. */
export class PostgresPool {
  readonly #pool: Pool;
  readonly #use: PostgresUse;
  /** Host and database, for people. */
  readonly place: string;

  /**
   * Connects, and makes the tables where there are none.
   *
   * @throws InputError when the URL cannot be read
   * @throws UnavailableError
   */
  static async open(url: string, use: PostgresUse): Promise<PostgresPool> {
    const pool = new PostgresPool(url, use);
    try {
      await pool.#prepare();
      return pool;
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  private constructor(url: string, use: PostgresUse) {
    this.#use = use;
    this.place = placeOf(url, use);
    this.#pool = new Pool({
      connectionString: url,
      application_name: `fanfold ${use.name}`,
      max: connections,
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: statementTimeoutMs,
      keepAlive: true,
      // What nobody closes keeps no process alive.
      allowExitOnIdle: true,
    });
    // An idle connection that is lost is replaced when it is needed; without a listener it would end the process.
    this.#pool.on('error', () => {});
  }

  /** Does not wait for a server that is away. */
  async #prepare(): Promise<void> {
    const { probe, schema } = this.#use;
    try {
      // A user who may not create tables can still use those that are there.
      await this.#pool.query(probe).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
        return this.#pool.query(schema);
      });
    } catch (error) {
      throw unusable(error, this.place, this.#use);
    }
  }

  /**
   * The rows that a statement returns. Every statement can be repeated, and is when the connection is lost.
   *
   * @throws FanfoldError or UnavailableError
   */
  async rows<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const startedAt = performance.now();
    for (let waitMs = 50; ; waitMs = Math.min(2_000, waitMs * 2)) {
      try {
        return (await this.#pool.query<Row>(text, [...values])).rows;
      } catch (error) {
        const isOver = performance.now() - startedAt > patienceMs || this.#pool.ending;
        if (isOver || !isPassing(error)) throw unusable(error, this.place, this.#use);
      }
      await sleep(waitMs * (0.5 + Math.random() / 2));
    }
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}

function placeOf(url: string, { variable }: PostgresUse): string {
  try {
    const { host, port, database } = new Client({ connectionString: url });
    return `postgres://${host}:${port}/${database ?? ''}`;
  } catch {
    // The message of the error quotes the URL, password and all.
    throw new InputError(
      `Expected \`${variable}\` to be a URL like \`postgres://user:password@host:5432/database\`, got one that cannot be read.`,
      'Write characters such as @ : / # % in a password as %40 %3A %2F %23 %25.',
    );
  }
}
