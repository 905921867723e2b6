import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

import type { Piscina } from 'piscina';

import type * as tasks from './thread.js';

type Tasks = typeof tasks;

/** A thread that has had nothing to do for so long is ended, in milliseconds: a grammar in memory takes 300 MB. */
const idleMs = 20_000;

/** Memory of a thread's JavaScript, in megabytes: a document that wants more ends its thread, and not the process. */
const mostMegabytes = 1_024;

/**
 * CPU-bound work, in as many threads as there are cores; they are started when there is something to do.
 *
 * U1. The event loop of whoever asks stays free: nothing here computes outside a thread.
 * U2. Work that is no longer wanted is stopped with its thread.
 */
export class CpuPool {
  #pool: Promise<Piscina> | undefined;

  constructor(readonly threads = availableParallelism()) {}

  /** @throws what the task throws, or the signal's reason */
  async run<Name extends keyof Tasks>(
    name: Name,
    input: Parameters<Tasks[Name]>[0],
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<Tasks[Name]>>> {
    this.#pool ??= start(this.threads);
    const pool = await this.#pool;
    signal?.throwIfAborted();
    return (await pool.run(input, { name, ...(signal && { signal }) })) as Awaited<ReturnType<Tasks[Name]>>;
  }

  /** Ends its threads; what they were at fails. */
  async close(): Promise<void> {
    const pool = await this.#pool;
    this.#pool = undefined;
    await pool?.destroy();
  }
}

async function start(threads: number): Promise<Piscina> {
  // Loaded on demand: most commands compute nothing.
  const { Piscina: Pool } = await import('piscina');
  return new Pool({
    filename: fileURLToPath(new URL('./thread.js', import.meta.url)),
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleMs,
    resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
  });
}
