import * as z from 'zod';

import { cutMessage } from '../../contract/failures.js';
import { InputError } from '../../contract/errors.js';
import type { WorkerFrame } from '../protocol/frames.js';

const askShape = z.object({
  id: z.int(),
  question: z.object({
    offline: z.boolean(),
    body: z.looseObject({
      model: z.string(),
      max_tokens: z.int().positive(),
      messages: z.array(z.looseObject({ role: z.string() })),
    }),
    sample: z.int().nonnegative().optional(),
    form: z.object({
      outputSchema: z.record(z.string(), z.unknown()).optional(),
      lastTurn: z.boolean().optional(),
      tools: z.array(z.unknown()).optional(),
    }),
    run: z.string(),
    asker: z.string(),
    origin: z.object({ workflowId: z.string(), runId: z.string(), activityId: z.string().optional() }).optional(),
    share: z
      .object({
        key: z.string().max(1_000),
        priority: z.int().positive().optional(),
        weight: z.number().positive().optional(),
      })
      .optional(),
    notBeforeMs: z.number().optional(),
    hedge: z.string().optional(),
    patienceMs: z.number().nonnegative().optional(),
    bound: z.object({ sinceMs: z.number(), mostMs: z.number() }).optional(),
  }),
  remainingMs: z.number(),
  trace: z.record(z.string(), z.string()).optional(),
  purse: z.object({ leftUsd: z.number(), questionUsd: z.number() }).optional(),
});

/**
 * A worker of another version may send anything.
 *
 * @throws InputError
 */
export function checkAsk(frame: WorkerFrame): void {
  const [issue] = askShape.safeParse(frame).error?.issues ?? [];
  if (issue === undefined) return;
  throw new InputError(
    cutMessage(`Expected a question that the gateway knows, got at ${issue.path.join('.')}: ${issue.message}.`),
    'Give gateway and workers the same version of fanfold.',
  );
}
