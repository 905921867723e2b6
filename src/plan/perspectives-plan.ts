import { isWorthCaching } from '../contract/document.js';
import type { StoredDocument } from '../contract/document.js';
import { InputError } from '../contract/errors.js';
import { fanInOf } from '../fold/fan-in.js';
import { maxDirectWidth } from '../contract/limits.js';
import { modelOptionsOf, policyOf } from './policy.js';
import type { FanInOptions, FanOutOptions, ModelOptions } from '../contract/options.js';
import { specialistRules } from '../prompts/perspectives.js';
import { defaultPerspectives, perspectiveOf } from './specialists.js';
import type { FanOutPlan } from './fan-out-plan.js';
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
}

/**
 * The plan of a `perspectives` run.
 *
 * @throws InputError when no run can be made of the input; nothing has been spent then
 */
export function planPerspectives(input: PerspectivesInput): FanOutPlan {
  const perspectives = checkKeys((input.perspectives ?? defaultPerspectives).map(asPerspective));
  const { model, maxTokens, offline, fresh } = modelOptionsOf(input);
  const shared = {
    model,
    maxTokens,
    system: specialistRules,
    document: input.document,
    ...(perspectives.length > 1 && isWorthCaching(input.document) && { cacheDocument: true }),
  };
  return {
    branches: perspectives.map(({ key, instruction }) => ({ key, request: { ...shared, prompt: instruction } })),
    policy: policyOf(input, perspectives.length),
    offline,
    fresh,
    fanIn: fanInOf(input),
  };
}

function asPerspective(perspective: string | Perspective): Perspective {
  return typeof perspective === 'string' ? perspectiveOf(perspective.trim()) : perspective;
}

function checkKeys<Named extends { key: string }>(perspectives: readonly Named[]): readonly Named[] {
  if (perspectives.length === 0) throw new InputError('Expected at least one perspective, got none.');
  if (perspectives.length > maxDirectWidth) {
    throw new InputError(
      `Expected at most ${maxDirectWidth} perspectives, got ${perspectives.length}.`,
      'Give each run fewer perspectives.',
    );
  }
  const seen = new Set<string>();
  for (const { key } of perspectives) {
    if (!isKey(key)) {
      throw new InputError(
        `Expected a perspective to be a name of 1 to 64 letters, digits, spaces, "-" or "_", got ${JSON.stringify(key)}.`,
      );
    }
    if (seen.has(key)) {
      throw new InputError(`Expected every perspective once, got \`${key}\` twice.`, 'Leave one of them out.');
    }
    seen.add(key);
  }
  return perspectives;
}

// A key becomes an activity id, a label and a key of the result: nothing that breaks a line or hides in one.
function isKey(key: unknown): boolean {
  return (
    typeof key === 'string' &&
    key === key.trim() &&
    /^[\p{L}\p{N}][\p{L}\p{M}\p{N} _-]{0,63}$/u.test(key) &&
    key !== '__proto__'
  );
}
