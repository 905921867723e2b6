import { isWorthCaching } from '../contract/document.js';
import type { StoredDocument } from '../contract/document.js';
import type { Known } from '../contract/known.js';
import type { ModelRequest } from '../contract/model-request.js';
import { InputError } from '../contract/errors.js';
import { fanInOf } from '../fold/fan-in.js';
import { maxDirectWidth } from '../contract/limits.js';
import { modelOptionsOf, policyOf } from './policy.js';
import type { FanInOptions, FanOutOptions, ModelOptions } from '../contract/options.js';
import { specialistRules, structuredInstruction } from '../prompts/perspectives.js';
import { defaultPerspectives, perspectiveOf } from './specialists.js';
import type { FanOutPlan, PlannedBranch } from './fan-out-plan.js';
import { problemsOf } from './perspective.js';
import type { Perspective } from './perspective.js';

/** Input of the workflow `perspectives`. */
export interface PerspectivesInput extends FanOutOptions, ModelOptions, FanInOptions {
  document: StoredDocument;
  /** What the document is called in the Web UI. */
  title?: string;
  /** In the order of the result. A bare name takes fanfold's own instruction for it. */
  perspectives?: readonly (string | Perspective)[];
  /** Whether the namespace knows fanfold's search attributes; without them the run leaves them out. */
  searchable?: boolean;
  /** What is taken over from the finished run that this one retries. */
  known?: Known;
}

/**
 * The plan of a `perspectives` run.
 *
 * @throws InputError when no run can be made of the input; nothing has been spent then
 */
export function planPerspectives(input: PerspectivesInput): FanOutPlan {
  const perspectives = checkPerspectives((input.perspectives ?? defaultPerspectives).map(asPerspective));
  const { model, maxTokens, offline, fresh } = modelOptionsOf(input);
  const shared = {
    model,
    maxTokens,
    system: specialistRules,
    document: input.document,
    ...(perspectives.length > 1 && isWorthCaching(input.document) && { cacheDocument: true }),
  };
  return {
    branches: perspectives.map((perspective) => branchOf(perspective, shared)),
    policy: policyOf(input, perspectives.length),
    offline,
    fresh,
    fanIn: fanInOf(input),
    // A perspective's own model and length are not the fan-in's.
    fanInModel: model,
    fanInMaxTokens: maxTokens,
  };
}

/** The branch of a perspective. What all of them share comes first, so that they share a prefix. */
function branchOf(
  { key, instruction, model, maxTokens, outputSchema, weight }: Perspective,
  shared: Omit<ModelRequest, 'prompt'>,
): PlannedBranch {
  return {
    key,
    request: {
      ...shared,
      ...(model !== undefined && { model }),
      ...(maxTokens !== undefined && { maxTokens }),
      ...(outputSchema !== undefined && { outputSchema }),
      prompt: outputSchema === undefined ? instruction : structuredInstruction(instruction),
    },
    ...(weight !== undefined && { weight }),
  };
}

function asPerspective(perspective: string | Perspective): Perspective {
  return typeof perspective === 'string' ? perspectiveOf(perspective.trim()) : perspective;
}

function checkPerspectives(perspectives: readonly Perspective[]): readonly Perspective[] {
  if (perspectives.length === 0) throw new InputError('Expected at least one perspective, got none.');
  if (perspectives.length > maxDirectWidth) {
    throw new InputError(
      `Expected at most ${maxDirectWidth} perspectives, got ${perspectives.length}.`,
      'Give each run fewer perspectives.',
    );
  }
  const seen = new Set<string>();
  for (const perspective of perspectives) {
    const { key } = perspective;
    const [problem] = problemsOf(perspective);
    if (problem !== undefined) {
      throw new InputError(problem.field === 'key' ? problem.message : `Perspective \`${key}\`: ${problem.message}`);
    }
    if (seen.has(key)) {
      throw new InputError(`Expected every perspective once, got \`${key}\` twice.`, 'Leave one of them out.');
    }
    seen.add(key);
  }
  return perspectives;
}
