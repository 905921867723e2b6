import { runInNewContext } from 'node:vm';

import * as z from 'zod';

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

/** A pattern that takes longer over the text is refused: it would hold up the worker. */
const longestMatchMs = 500;

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
export function checkPatterns(checks: readonly OwnCheck[], text: string): void {
  for (const own of checks) {
    if (!('pattern' in own)) continue;
    try {
      runInNewContext(
        'for (const _ of text.matchAll(new RegExp(pattern, "gu")));',
        { text, pattern: own.pattern },
        {
          timeout: longestMatchMs,
        },
      );
    } catch (error) {
      throw new InputError(
        `Expected the pattern of \`${own.name}\` to be a regular expression that takes at most ${longestMatchMs} ms over the text, got \`${own.pattern}\`: ${(error as Error).message}`,
      );
    }
  }
}
