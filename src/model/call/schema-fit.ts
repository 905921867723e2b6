import type { JsonSchema } from '../../contract/json-schema.js';
import { outOfTime } from '../../cpu/index.js';
import type { CpuPool } from '../../cpu/index.js';
import { compiledSchema } from '../../cpu/schema-check.js';

/** Where schemas with patterns are checked, and whose time that takes. */
export interface PatternHost {
  cpu: Pick<CpuPool, 'runPattern'>;
  run: string;
}

/** How a value fits a schema; `unchecked` says why nobody knows. */
export type Fit = { misfit: string | undefined } | { unchecked: string };

/**
 * Holds values against a schema: here where that takes no time, and where it may take for ever, for its patterns are somebody else's,
 * in a thread that can be stopped.
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
    // Its thread ran out of memory, or ends with the worker: what was paid for must not be lost with it.
    return { unchecked: `Checking it failed: ${(error as Error).message}.` };
  }
}
