import * as z from 'zod';

import { CpuPool } from '../../cpu/index.js';
import { InputError } from '../../contract/errors.js';
import { severities } from '../../fold/findings.js';
import type { OwnCheck } from '../../plan/validate-plan.js';
import { readYaml } from './read-yaml.js';
import type { World } from '../world.js';

const severity = z.enum(severities).optional();
const check = z.union([
  z.strictObject({ criterion: z.string().min(1), severity }),
  z.strictObject({
    pattern: z.string().min(1),
    severity,
    message: z.string().min(1).optional(),
    suggestion: z.string().optional(),
  }),
]);
const checksFile = z.strictObject({ checks: z.record(z.string(), check) });

/** Limits of patterns in the command: half of a worker's, so that a pattern that passes here does not fail there. */
const limits = { eachMs: 500, runMs: 5_000 };

/**
 * The checks of a YAML or JSON file, in file order.
 *
 * @throws InputError where it is no such file, quoting what was expected and what came
 */
export async function readChecks(path: string, world: World): Promise<OwnCheck[]> {
  const read = checksFile.safeParse(await readYaml(path, 'a file of checks', world));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new InputError(
      `${path}: at ${issue?.path.join('.') || 'the top'}: expected \`checks\` with, under each name, a \`criterion\` in words or a \`pattern\`, and \`severity\` error, warning or info; ${issue?.message ?? ''}.`,
    );
  }
  return Object.entries(read.data.checks).map(([name, own]) => ({ name, ...own }) as OwnCheck);
}

/** @throws InputError for a pattern that is none, or takes too long over the text */
export async function checkPatterns(checks: readonly OwnCheck[], text: string): Promise<void> {
  const patterns = checks.filter((check) => 'pattern' in check);
  if (patterns.length === 0) return;
  const cpu = new CpuPool(1, limits);
  try {
    for (const { name, pattern } of patterns) {
      const refusal = await cpu.runPattern('findPattern', { text, pattern }, '').then(
        ({ inTime, tookMs }) => {
          if (inTime) return undefined;
          return tookMs === 0 ? 'those before it have taken all of their time' : 'it was stopped';
        },
        (error: Error) => error.message,
      );
      if (refusal === undefined) continue;
      throw new InputError(
        `Expected the pattern of \`${name}\` to be a regular expression that takes at most ${limits.eachMs} ms over the text, and all of them at most ${limits.runMs} ms, got \`${pattern}\`: ${refusal}`,
      );
    }
  } finally {
    await cpu.close();
  }
}
