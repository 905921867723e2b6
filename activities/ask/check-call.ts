import { ApplicationFailure } from '@temporalio/common';
import * as z from 'zod';

import { fileMediaTypes } from '../../src/contract/document.js';
import { cutMessage } from '../../src/contract/failures.js';
import { noLedger } from '../../src/contract/outcome.js';

const stored = z.union([
  z.object({
    sha256: z.string(),
    bytes: z.int().nonnegative(),
    mediaType: z.enum(fileMediaTypes),
    name: z.string(),
    extent: z.union([
      z.object({ pages: z.int().nonnegative(), textTokens: z.number().nonnegative() }),
      z.object({ width: z.int().nonnegative(), height: z.int().nonnegative() }),
    ]),
  }),
  z.object({ inline: z.string() }),
  z.object({ sha256: z.string(), bytes: z.int().nonnegative(), mediaType: z.undefined().optional() }),
]);

const callShape = z.object({
  request: z.object({
    model: z.string(),
    maxTokens: z.int().positive(),
    system: z.string(),
    document: stored.optional(),
    prompt: z.string(),
    outputSchema: z.record(z.string(), z.unknown()).optional(),
  }),
  offline: z.boolean(),
  timeoutMs: z.number().positive(),
  attempts: z.int().positive(),
  inlineBytes: z.number().nonnegative(),
  reserve: z.object({ usd: z.number().nonnegative(), questionUsd: z.number().nonnegative() }).optional(),
});

/**
 * A workflow of another version, or somebody's own, may send anything; a call without a number of attempts would never end.
 *
 * @throws ApplicationFailure `BadInput`, not retryable
 */
export function checkCall(call: unknown): void {
  const [issue] = callShape.safeParse(call).error?.issues ?? [];
  if (issue === undefined) return;
  const message = `askModel cannot take this call: at ${issue.path.join('.') || 'the top'}, ${issue.message}`;
  throw ApplicationFailure.nonRetryable(cutMessage(message), 'BadInput', noLedger);
}
