import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

import pLimit from 'p-limit';
import type { Piscina } from 'piscina';

import { orAborted } from './or-aborted.js';
import { patternLimits, PatternTimes } from './pattern-limits.js';
import type { PatternLimits } from './pattern-limits.js';
import type * as tasks from './thread.js';
import type { Limited } from './within-limit.js';

/** The tasks of the threads, by name. */
export type Tasks = typeof tasks;

/** Tasks that run what a user, a model or a server has written. */
export type PatternTask = 'checkSchema' | 'findPattern' | 'readHits';

/** What a task is given. */
export type Input<Name extends keyof Tasks> = Parameters<Tasks[Name]>[0];

/** What a task returns. */
export type Output<Name extends keyof Tasks> = Awaited<ReturnType<Tasks[Name]>>;

/** Milliseconds after which an idle thread is ended: a grammar in memory takes 300 MB. */
const idleMs = 20_000;

/** Most memory of a thread's JavaScript, in megabytes. A document that needs more ends its thread, and not the process. */
const mostMegabytes = 1_024;

/**
 * Runs CPU-bound work in as many threads as there are cores. Threads are started when there is work.
 *
 * CpuPool-1. The caller's event loop stays free: all work is done in threads.
 * CpuPool-2. Work that is no longer wanted is stopped, with its thread.
 * CpuPool-3. A pattern has a time limit, and all patterns of a run have one together. A stopped pattern does not hold up others.
 */
export class CpuPool {
  #pool: Promise<Piscina> | undefined;

  readonly #times: PatternTimes;
  // Piscina does not go on with its queue when it has ended the thread that was busy.
  readonly #atOnce: ReturnType<typeof pLimit>;
  // The rest of a run's time is known when one of its patterns begins, not when it is queued.
  readonly #patternsAtOnce: ReturnType<typeof pLimit>;

  constructor(
    readonly threads = availableParallelism(),
    limits: Partial<PatternLimits> = {},
  ) {
    this.#times = new PatternTimes({ ...patternLimits, ...limits });
    this.#atOnce = pLimit(threads);
    this.#patternsAtOnce = pLimit(threads);
  }

  /**
   * Runs a pattern until it ends or its time is over; the wait for a thread does not count.
   *
   * @param run whose time it takes
   * @throws what the task throws, or the signal's reason
   */
  async runPattern<Name extends PatternTask>(
    name: Name,
    input: Omit<Input<Name>, 'limitMs'>,
    run: string,
    signal?: AbortSignal,
  ): Promise<Output<Name>> {
    return this.#patternsAtOnce(async (): Promise<Output<Name>> => {
      const limitMs = this.#times.leftMs(run);
      if (limitMs === 0) return { inTime: false, tookMs: 0 } as Output<Name>;
      const limited = await this.run(name, { ...input, limitMs } as Input<Name>, signal);
      this.#times.took(run, (limited as Limited<unknown>).tookMs);
      return limited;
    });
  }

  /** @throws what the task throws, or the signal's reason */
  async run<Name extends keyof Tasks>(name: Name, input: Input<Name>, signal?: AbortSignal): Promise<Output<Name>> {
    const output: Promise<Output<Name>> = this.#atOnce(async (): Promise<Output<Name>> => {
      signal?.throwIfAborted();
      this.#pool ??= start(this.threads);
      const pool = await this.#pool;
      signal?.throwIfAborted();
      return (await pool.run(input, { name, ...(signal && { signal }) })) as Output<Name>;
    });
    return signal === undefined ? output : orAborted(output, signal);
  }

  /** Ends the threads. Work in progress fails. */
  async close(): Promise<void> {
    const pool = await this.#pool;
    this.#pool = undefined;
    await pool?.destroy();
  }
}

async function start(threads: number): Promise<Piscina> {
  // Loaded on demand: most commands compute nothing.
  const { Piscina: Pool } = await import('piscina');
  const pool = new Pool({
    filename: fileURLToPath(new URL('./thread.js', import.meta.url)),
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleMs,
    resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
  });
  // A result that comes while its thread is being ended is one; unheard, it would end the process.
  pool.on('error', () => {});
  return pool;
}
