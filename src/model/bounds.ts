import { isFile } from '../contract/document.js';
import type { DocumentContent } from '../contract/document.js';
import type { ModelRequest } from '../contract/model-request.js';
import { InputError } from '../contract/errors.js';
import { estimateTokens } from './estimate-tokens.js';
import { buildRequest } from './request.js';
import { upperBoundUsd } from './upper-bound.js';
import type { Sized } from './upper-bound.js';

/** The size of a question, with its input tokens counted or estimated. */
export function sizeOf(
  { model, maxTokens, document, cacheDocument = false, outputSchema, foldOver = Infinity }: ModelRequest,
  inputTokens: number,
): Sized {
  // A file is never read in parts. Two neighbours of a text together are more than one part holds; of short texts more is estimated than of the same in one.
  const isWhole = document !== undefined && isFile(document);
  const parts = inputTokens > foldOver && !isWhole ? Math.ceil((2.2 * inputTokens) / foldOver) : 1;
  return { model, inputTokens, maxTokens, cached: cacheDocument, structured: outputSchema !== undefined, parts };
}

/**
 * Bounds each branch of a plan for a budget: the most that one question may cost, in US dollars at list price. Input tokens are
 * estimated: see `estimateTokens`.
 *
 * @param document what the branches share: texts and files
 * @throws InputError where the price of a model is not known
 */
export function boundsOf(
  branches: readonly { request: ModelRequest }[],
  document?: DocumentContent | readonly DocumentContent[],
): number[] {
  return branches.map(({ request }) =>
    knownBound(sizeOf(request, estimateTokens(buildRequest(request, document, request.outputSchema)))),
  );
}

/** @throws InputError where the price of the model is not known */
export function knownBound(size: Sized): number {
  const bound = upperBoundUsd(size);
  if (bound === null) {
    throw new InputError(
      `Expected a model whose price is known where there is a budget, got \`${size.model}\`.`,
      'Write its price down (`--prices FILE`), leave the budget out, or choose another model.',
    );
  }
  return bound;
}
