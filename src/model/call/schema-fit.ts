import type { JsonSchema } from '../../contract/json-schema.js';
import { outOfTime } from '../../cpu/index.js';
import type { CpuPool } from '../../cpu/index.js';
import { compiledSchema } from '../../cpu/schema-check.js';

/** The threads for schemas with patterns, and the run whose time for patterns that takes. */
export interface PatternHost {
  cpu: Pick<CpuPool, 'runPattern'>;
  run: string;
}

/** The fit of a value to a schema. `unchecked` is the reason why nobody knows. */
export type Fit = { misfit: string | undefined } | { unchecked: string };

/**
 * Checks values against a schema. Patterns are the work of others and may take for ever: such a schema is checked in a thread
 * that can be stopped, all others here.
 *
 * @throws Error where it is no schema, or too large
 */
export function fitsOf(schema: JsonSchema, { cpu, run }: PatternHost): (value: unknown) => Promise<Fit> {
  const { check, isSlow } = compiledSchema(schema);
  if (!isSlow) return async (value) => ({ misfit: check(value) });
  // An answer is read several times on its way; what takes long is done once.
  const known = new Map<string, Promise<Fit>>();
  return (value) => {
    const key = JSON.stringify(value);
    const fit = known.get(key) ?? fitInThread(schema, value, { cpu, run });
    known.set(key, fit);
    return fit;
  };
}

async function fitInThread(schema: JsonSchema, value: unknown, { cpu, run }: PatternHost): Promise<Fit> {
  try {
    const limited = await cpu.runPattern('checkSchema', { schema, value }, run);
    return limited.inTime ? { misfit: limited.value } : { unchecked: outOfTime(limited, 'Checking it') };
  } catch (error) {
    // The thread ran out of memory, or ends with the worker: an answer that was paid for must not be lost with it.
    return { unchecked: `Checking it failed: ${(error as Error).message}.` };
  }
}
