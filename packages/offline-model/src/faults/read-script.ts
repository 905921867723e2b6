import { z } from 'zod';
import { OfflineModelError } from '../errors.js';
import { faultSchema } from './fault.js';
import { endpoints } from './rule.js';
import type { FaultRule } from './rule.js';

const pattern = z.string().refine(isPattern, 'Expected a regular expression.');

const rules = z.array(
  z.strictObject({
    on: z.enum(endpoints).optional(),
    match: z
      .union([
        pattern,
        z.strictObject({
          prompt: pattern.optional(),
          document: pattern.optional(),
          system: pattern.optional(),
          model: pattern.optional(),
          body: pattern.optional(),
        }),
      ])
      .optional(),
    skip: z.int().min(0).optional(),
    times: z.int().min(1).optional(),
    fault: faultSchema,
  }),
);

/**
 * A fault script from JSON: an array of rules whose patterns are strings.
 *
 * @throws OfflineModelError `BadScript`, naming the first rule that is wrong
 */
export function readFaultScript(json: unknown): FaultRule[] {
  const checked = rules.safeParse(json);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new OfflineModelError(
    'BadScript',
    `Fault script, at ${issue?.path.join('.') || 'the top'}: ${issue?.message ?? 'not an array of rules'}.`,
  );
}

function isPattern(source: string): boolean {
  try {
    return Boolean(new RegExp(source, 'u'));
  } catch {
    return false;
  }
}
