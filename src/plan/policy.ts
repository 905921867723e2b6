import { InputError } from '../contract/errors.js';
import { maxDirectWidth } from '../contract/limits.js';
import { fanOutDefaults, joinPolicies, latePolicies, modelDefaults } from '../contract/options.js';
import type { BudgetOptions, FanOutOptions, Join, ModelOptions, Policy } from '../contract/options.js';
import { isPriority, priorities } from '../contract/priority.js';
import { isModelId } from '../contract/providers.js';

/**
 * Makes the policy of a fan-out of so many branches.
 *
 * @param inLanes whether they travel in lanes; more than 50 do
 * @throws InputError quoting what was expected and what came
 */
export function policyOf(
  options: FanOutOptions,
  branches: number,
  { inLanes = branches > maxDirectWidth }: { inLanes?: boolean } = {},
): Policy {
  const given = { ...fanOutDefaults, ...defined(options) } as FanOutOptions &
    Required<Omit<FanOutOptions, 'quorum' | 'deadlineMs' | 'budget' | 'priority'>>;
  const { join, late, timeoutMs, attempts, concurrency, hedge, deadlineMs, budget, economy } = given;
  checkWord('join', join, joinPolicies);
  checkWord('late', late, latePolicies);
  checkCount('timeout', timeoutMs, 'a whole number of milliseconds');
  checkCount('attempts', attempts, 'a whole number');
  checkCount('concurrency', concurrency, 'a whole number');
  if (deadlineMs !== undefined) checkCount('deadline', deadlineMs, 'a whole number of milliseconds');
  if (given.priority !== undefined && !isPriority(given.priority)) {
    throw new InputError(
      `Expected \`priority\` to be a whole number from ${priorities.first} to ${priorities.last}, got \`${shown(given.priority)}\`.`,
    );
  }
  if (budget !== undefined) checkBudget(budget, branches, inLanes);
  return {
    join,
    needed: neededOf(given, branches),
    deadlineMs: deadlineMs ?? null,
    late,
    timeoutMs,
    attempts,
    concurrency,
    hedge: Boolean(hedge),
    budget: budget ?? null,
    economy: Boolean(economy),
  };
}

/** Number of branches that must be ok. */
function neededOf({ join, quorum, atLeast }: FanOutOptions, branches: number): number {
  if (quorum !== undefined && join !== 'quorum') {
    throw new InputError(`Expected \`join\` to be quorum where \`quorum\` is given, got \`${String(join)}\`.`);
  }
  if (typeof atLeast !== 'number' || !(atLeast >= 0 && atLeast <= 1)) {
    throw new InputError(`Expected \`at-least\` to be a share from 0 to 1, got \`${shown(atLeast)}\`.`);
  }
  const share = Math.ceil(atLeast * branches - 1e-9);
  return Math.max(1, share, ofJoin(join ?? 'settled', quorum, branches));
}

function ofJoin(join: Join, quorum: number | undefined, branches: number): number {
  switch (join) {
    case 'all':
      return branches;
    case 'settled':
    case 'first':
      return 1;
    case 'quorum': {
      const needed = quorum ?? Math.floor(branches / 2) + 1;
      if (!Number.isSafeInteger(needed) || needed < 1 || needed > branches) {
        throw new InputError(
          `Expected \`quorum\` to be an integer from 1 to ${branches} (the number of branches), got \`${shown(quorum)}\`.`,
        );
      }
      return needed;
    }
  }
}

function checkBudget({ usd, boundsUsd }: BudgetOptions, branches: number, inLanes: boolean): void {
  if (typeof usd !== 'number' || !(usd > 0 && usd < Infinity)) {
    throw new InputError(`Expected \`budget\` to be US dollars, more than 0, got \`${shown(usd)}\`.`);
  }
  const known = Array.isArray(boundsUsd) && boundsUsd.every((bound) => typeof bound === 'number' && bound >= 0);
  // Lanes work the bounds out, where the documents are.
  const isLeftToLanes = inLanes && boundsUsd.length === 0;
  if (!known || (boundsUsd.length !== branches && !isLeftToLanes)) {
    throw new InputError(
      `Expected \`budget.boundsUsd\` to have a bound in US dollars for each of ${branches} branches, got ${JSON.stringify(boundsUsd)}.`,
      'Use `boundsOf`; a budget needs models whose price is known.',
    );
  }
}

/** @throws InputError quoting what was expected and what came */
export function modelOptionsOf(options: ModelOptions): Required<ModelOptions> {
  const chosen = { ...modelDefaults, ...pick(defined(options), Object.keys(modelDefaults)) } as Required<ModelOptions>;
  if (!isModelId(chosen.model)) {
    throw new InputError(
      `Expected \`model\` to be a model id such as ${modelDefaults.model}, got ${JSON.stringify(chosen.model)}.`,
    );
  }
  checkCount('max-tokens', chosen.maxTokens, 'a whole number');
  return chosen;
}

function checkWord<Word extends string>(option: string, word: Word, words: readonly Word[]): void {
  if (!words.includes(word)) {
    throw new InputError(`Expected \`${option}\` to be one of ${words.join(', ')}, got \`${String(word)}\`.`);
  }
}

function checkCount(option: string, count: unknown, expected: string): void {
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 1) {
    throw new InputError(`Expected \`${option}\` to be ${expected}, 1 or more, got \`${shown(count)}\`.`);
  }
}

/** What came in the place of a number: a text has its quotes, which `5` would hide. */
function shown(given: unknown): string {
  return typeof given === 'string' ? JSON.stringify(given) : String(given);
}

// JSON may have `null` where a program left something out.
function defined<Options extends object>(options: Options): Options {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined && value !== null),
  ) as Options;
}

function pick(options: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)));
}
