import type { JsonSchema } from '../contract/json-schema.js';
import { InputError } from '../contract/errors.js';
import { contradictionOf, reduce, takes } from './reducers.js';
import type { ReducerName } from './reducers.js';
import type { Contradiction, Written } from '../contract/run-result.js';
import { beginningOf } from '../contract/cut-text.js';

/** The strategy for one key: a reducer, or a function of who wrote what, in the order of the branches. */
export type Strategy = ReducerName | ((written: readonly Written[]) => unknown);

/** Strategies by key of the merged object. */
export interface Strategies {
  [key: string]: Strategy;
}

/** The merge of outputs that are objects. */
export interface Merged {
  output: { [key: string]: unknown };
  /** Keys on which the branches disagree where only one of them counts, with who said what. */
  contradictions: Contradiction[];
}

/**
 * Checks, before anything is spent, that the outputs of branches can be merged. A key that several branches write needs a
 * strategy; the strategy must take their types; and the types must agree unless the strategy is `keyed` or a function.
 *
 * @param branches with the JSON Schema of their outputs, each an object
 * @throws InputError naming the key, the branches and their types
 */
export function checkMerge(
  branches: readonly { key: string; outputSchema: JsonSchema }[],
  strategies: Strategies,
): void {
  for (const { key, outputSchema } of branches) {
    if (outputSchema['type'] === 'object') continue;
    throw new InputError(`Expected the output of \`${key}\` to be an object, got ${typeOf(outputSchema)}.`);
  }
  const writers = new Map<string, { by: string; type: string }[]>();
  for (const { key: by, outputSchema } of branches) {
    for (const [key, schema] of Object.entries((outputSchema['properties'] ?? {}) as Record<string, JsonSchema>)) {
      writers.set(key, [...(writers.get(key) ?? []), { by, type: typeOf(schema) }]);
    }
  }
  for (const [key, those] of writers) checkKey(key, those, strategyFor(key, strategies));
}

// Every object has a `constructor`, and it is no strategy.
function strategyFor(key: string, strategies: Strategies): Strategy | undefined {
  return Object.hasOwn(strategies, key) ? strategies[key] : undefined;
}

function checkKey(key: string, those: readonly { by: string; type: string }[], strategy: Strategy | undefined): void {
  if (those.length < 2 || typeof strategy === 'function') return;
  const told = those.map(({ by, type }) => `${by} (${type})`).join(', ');
  if (strategy === undefined) {
    throw new InputError(`\`${key}\` is written by ${told}: expected a strategy that says how they meet, got none.`);
  }
  const taken = takes[strategy];
  if (taken !== undefined && those.some(({ type }) => !taken.includes(type))) {
    throw new InputError(`\`${strategy}\` takes ${taken.join(' or ')}, and \`${key}\` is written by ${told}.`);
  }
  if (strategy !== 'keyed' && new Set(those.map(({ type }) => type)).size > 1) {
    throw new InputError(
      `\`${key}\` is written with different types by ${told}: only \`keyed\` or a function can bring them together.`,
    );
  }
}

function typeOf({ type }: JsonSchema): string {
  return typeof type === 'string' ? type : 'a union';
}

/**
 * Merges the outputs of all branches that are ok into one object, key by key. A key with one writer needs no strategy.
 *
 * @param branches in the order that decides `first`, `last` and equals: never who was faster
 * @throws InputError where an output is no object, or a key has several writers and no strategy
 */
export function mergeOutputs(
  branches: readonly { key: string; status: string; output?: unknown }[],
  strategies: Strategies,
): Merged {
  const written = new Map<string, Written[]>();
  for (const { key: by, status, output } of branches) {
    if (status !== 'ok') continue;
    if (typeof output !== 'object' || output === null || Array.isArray(output)) {
      throw new InputError(
        `Expected the output of \`${by}\` to be an object, got ${beginningOf(JSON.stringify(output) ?? 'nothing', 60)}.`,
      );
    }
    for (const [key, value] of Object.entries(output)) written.set(key, [...(written.get(key) ?? []), { by, value }]);
  }
  const contradictions: Contradiction[] = [];
  const output = [...written].map(([key, those]): [string, unknown] => {
    const strategy = strategyFor(key, strategies);
    if (those.length === 1) return [key, those[0]?.value];
    if (strategy === undefined) {
      const by = those.map((each) => each.by).join(', ');
      throw new InputError(`\`${key}\` is written by ${by}: expected a strategy that says how they meet, got none.`);
    }
    if (typeof strategy === 'function') return [key, strategy(those)];
    const contradiction = contradictionOf(key, strategy, those);
    if (contradiction !== undefined) contradictions.push(contradiction);
    return [key, reduce(strategy, those)];
  });
  return { output: Object.fromEntries(output), contradictions };
}
