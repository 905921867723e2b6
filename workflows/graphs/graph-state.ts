import { ApplicationFailure } from '@temporalio/workflow';

import type { PromptPart } from '../../src/contract/model-request.js';
import type { Stored } from '../../src/contract/stored.js';
import { ancestorsOf } from '../../src/plan/graph/flow.js';
import type { GraphPlan, PlannedNode } from '../../src/plan/graph/graph-plan.js';
import { contradictionOf, reduce } from '../../src/fold/reducers.js';
import type { Contradiction, Written } from '../../src/contract/run-result.js';
import { isInStore } from '../../src/contract/stored.js';
import { notAvailable } from '../../src/prompts/graph.js';
import { parseTemplate } from '../../src/plan/graph/template.js';

/**
 * The state of a graph run.
 *
 * GraphState-1. What a node reads depends on its ancestors alone, in file order: never on who was faster.
 */
export class GraphState {
  readonly #written = new Map<string, Stored<unknown>>();

  constructor(
    readonly plan: GraphPlan,
    readonly values: Readonly<Record<string, Stored<unknown>>>,
  ) {}

  write(node: string, value: Stored<unknown>): void {
    this.#written.set(node, value);
  }

  /** The value of an input or key, as a node sees it; `undefined` where there is none. */
  read(name: string, reader: string): Stored<unknown> | undefined {
    if (Object.hasOwn(this.values, name)) return this.values[name];
    const ancestors = ancestorsOf(reader, this.plan.flow);
    return this.#meet(name, ({ key }) => ancestors.has(key));
  }

  /** The whole state at the end. */
  all(): Record<string, Stored<unknown>> {
    const keys = [...new Set(this.plan.nodes.map(({ writes }) => writes))];
    return Object.fromEntries(
      keys.flatMap((key) => {
        const value = this.#meet(key, () => true);
        return value === undefined ? [] : [[key, value]];
      }),
    );
  }

  contradictions(): Contradiction[] {
    const keys = [...new Set(this.plan.nodes.map(({ writes }) => writes))];
    return keys.flatMap((key) => {
      const said = this.#writers(key, () => true).flatMap(({ by, stored }): Written[] =>
        isInStore(stored) ? [] : [{ by, value: stored.inline }],
      );
      return contradictionOf(key, this.plan.flow.state?.[key]?.reducer, said) ?? [];
    });
  }

  /** A template with its values; those that are in the store are put in where the model is asked. */
  parts(template: string, reader: string, item?: unknown): PromptPart[] {
    return parseTemplate(template).map((part) => {
      if (typeof part === 'string') return part;
      const [name, ...path] = part;
      if (name === 'item' && item !== undefined) return { value: { inline: item }, path };
      const value = this.read(name, reader);
      return value === undefined ? notAvailable : { value, path };
    });
  }

  #meet(key: string, counts: (node: PlannedNode) => boolean): Stored<unknown> | undefined {
    const writers = this.#writers(key, counts);
    const [only] = writers;
    if (writers.length < 2) return only?.stored;
    const written = writers.map(({ by, stored }) => ({ by, value: inlineOf(stored, key) }));
    return { inline: reduce(this.plan.flow.state?.[key]?.reducer, written) };
  }

  #writers(key: string, counts: (node: PlannedNode) => boolean): { by: string; stored: Stored<unknown> }[] {
    return this.plan.nodes.flatMap((node) => {
      const stored = this.#written.get(node.key);
      return node.writes === key && stored !== undefined && counts(node) ? [{ by: node.key, stored }] : [];
    });
  }
}

/** @throws ApplicationFailure where the value is too large to be looked at in a workflow */
export function inlineOf(stored: Stored<unknown>, name: string): unknown {
  if (!isInStore(stored)) return stored.inline;
  throw ApplicationFailure.nonRetryable(
    `\`${name}\` is too large (${stored.bytes} bytes) to be reduced, compared or gone through.`,
    'ValueTooLarge',
  );
}
