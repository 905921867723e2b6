import type { ModelRequest, Stored } from './activities.js';
import { InputError } from './errors.js';
import { leastCachedBytes, maxDirectWidth } from './limits.js';
import { fanOutDefaults, joinPolicies, modelDefaults } from './plan.js';
import type { FanOutOptions, ModelOptions, Perspective, PerspectivesInput } from './plan.js';
import { defaultPerspectives, perspectiveOf, specialistRules } from './specialists.js';

/** A run's branches and how they are to be run, every default filled in. */
export interface FanOutPlan {
  branches: readonly { key: string; request: ModelRequest }[];
  policy: Required<FanOutOptions>;
  offline: boolean;
  /** Whether only answers from this run on will do. */
  fresh: boolean;
}

/**
 * The plan of a `perspectives` run.
 *
 * @throws InputError when no run can be made of the input; nothing has been spent then
 */
export function planPerspectives(input: PerspectivesInput): FanOutPlan {
  const perspectives = checkKeys((input.perspectives ?? defaultPerspectives).map(asPerspective));
  const { model, maxTokens, offline, fresh } = checkModel(input);
  const policy = checkPolicy(input);
  const shared = {
    model,
    maxTokens,
    system: specialistRules,
    document: input.document,
    ...(perspectives.length > 1 && isWorthCaching(input.document) && { cacheDocument: true }),
  };
  return {
    branches: perspectives.map(({ key, instruction }) => ({ key, request: { ...shared, prompt: instruction } })),
    policy,
    offline,
    fresh,
  };
}

function isWorthCaching(document: Stored<string>): boolean {
  return ('inline' in document ? document.inline.length : document.bytes) >= leastCachedBytes;
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

function checkPolicy(options: FanOutOptions): Required<FanOutOptions> {
  const policy = { ...fanOutDefaults, ...defined(options, Object.keys(fanOutDefaults)) } as Required<FanOutOptions>;
  if (!joinPolicies.includes(policy.join)) {
    throw new InputError(`Expected \`join\` to be one of ${joinPolicies.join(', ')}, got \`${String(policy.join)}\`.`);
  }
  checkCount('timeout', policy.timeoutMs, 'a whole number of milliseconds');
  checkCount('attempts', policy.attempts, 'a whole number');
  checkCount('concurrency', policy.concurrency, 'a whole number');
  return policy;
}

function checkModel(options: ModelOptions): Required<ModelOptions> {
  const chosen = { ...modelDefaults, ...defined(options, Object.keys(modelDefaults)) } as Required<ModelOptions>;
  if (typeof chosen.model !== 'string' || !/^[\w.:@/-]{1,128}$/.test(chosen.model)) {
    throw new InputError(
      `Expected \`model\` to be a model id such as ${modelDefaults.model}, got ${JSON.stringify(chosen.model)}.`,
    );
  }
  checkCount('max-tokens', chosen.maxTokens, 'a whole number');
  return chosen;
}

function checkCount(option: string, count: unknown, expected: string): void {
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 1) {
    throw new InputError(`Expected \`${option}\` to be ${expected}, 1 or more, got \`${String(count)}\`.`);
  }
}

function defined(options: object, names: readonly string[]): object {
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => names.includes(name) && value !== undefined && value !== null),
  );
}
