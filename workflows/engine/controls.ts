import { defineUpdate, patched, setHandler } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';

import { updateNames } from '../../src/contract/names.js';
import type { Progress } from '../../src/contract/run-result.js';
import { firstMisfit } from '../../src/plan/schema/misfit.js';
import { parsed } from '../../src/plan/schema/parse.js';
import { selection } from '../../src/plan/schema/messages.js';
import { openStates } from './progress-table.js';
import { allIsTakenIn } from './taken-in.js';

/** The controls of one branch. */
export interface Steering {
  /** Cuts the branch: its call is closed, its siblings go on. */
  cancel(): void;
  /** Begins the branch anew where it has ended and is not ok. Returns whether that was still possible. */
  retry?(): boolean;
}

/** Branches that have no row, because they travel in lanes of a workflow of their own. */
export interface SteeredLanes {
  /** How a branch stands that is among them; `undefined` where it is none of them. */
  stateOf(key: string): 'open' | 'in a batch' | 'ended' | undefined;
  /** How many go on. */
  readonly open: number;
  /** Cuts those, and resolves when their lanes have been told. */
  cut(keys: readonly string[]): Promise<void>;
}

/** The branches that an update means: keys alone, or in an object, which makes the Web UI's form easy to fill in. */
export type Selection = string | string[] | { keys?: string[] };

interface Branches {
  keys: readonly string[];
  statusOf(index: number): Progress['branches'][number]['status'];
  /** The branch is begun anew. */
  forget(index: number): void;
}

const cancelBranch = defineUpdate<string[], [Selection]>(updateNames.cancelBranch);
const retryFailed = defineUpdate<string[], [Selection | undefined]>(updateNames.retryFailed);

/** States in which a branch is not begun anew. */
const settled: readonly string[] = ['ok', 'late', ...openStates];

/** Handles the updates that cut branches or begin them anew, sent by the command line or the Web UI's form. */
export class Controls {
  readonly #steering = new Map<number, Steering>();
  readonly #lanes: SteeredLanes[] = [];

  constructor(readonly branches: Branches) {}

  /** Takes updates from now on, those first that have come already. */
  listen(): void {
    setHandler(cancelBranch, (selection) => this.#cancel(keysOf(selection)), {
      validator: (selection) => void keysOf(selection),
      description: 'Cuts branches, and leaves the others alone: "legal", or ["legal", "security"].',
    });
    setHandler(retryFailed, (selection) => this.#retry(keysOf(selection)), {
      validator: (selection) => void keysOf(selection),
      description:
        'Begins branches anew that have ended and are not ok, while the run goes on; all of them without keys.',
    });
  }

  add(index: number, steering: Steering): void {
    this.#steering.set(index, steering);
  }

  addLanes(lanes: SteeredLanes): void {
    this.#lanes.push(lanes);
  }

  async #cancel(keys: readonly string[] | undefined): Promise<string[]> {
    await allIsTakenIn();
    this.#checkCancel(keys);
    for (const key of keys) this.#steering.get(this.branches.keys.indexOf(key))?.cancel();
    const told = this.#lanes
      .map((lanes) => ({ lanes, cut: keys.filter((key) => lanes.stateOf(key) === 'open') }))
      .filter(({ cut }) => cut.length > 0);
    // To wait for nothing would change the order of commands.
    if (told.length > 0) await Promise.all(told.map(({ lanes, cut }) => lanes.cut(cut)));
    return [...keys];
  }

  async #retry(keys: readonly string[] | undefined): Promise<string[]> {
    await allIsTakenIn();
    this.#checkRetry(keys);
    const meant = keys ?? this.#failed();
    return meant.filter((key) => {
      const index = this.branches.keys.indexOf(key);
      const begun = this.#steering.get(index)?.retry?.() === true;
      if (begun) this.branches.forget(index);
      return begun;
    });
  }

  #checkCancel(keys: readonly string[] | undefined): asserts keys {
    const cancellable = this.#keysWhere((status, index) => openStates.includes(status) && this.#steering.has(index));
    const open = list(
      cancellable,
      this.#lanes.reduce((sum, lanes) => sum + lanes.open, 0),
    );
    if (keys === undefined || keys.length === 0) {
      throw refused(`Expected the keys of the branches to cut (${open}), got none.`);
    }
    for (const strange of keys.filter((key) => !cancellable.includes(key))) {
      const state = this.#stateInLanes(strange);
      // A run that began with an older version has refused it.
      if (state === 'open' && patched('cuts-in-own-lanes')) continue;
      if (state === 'in a batch') {
        throw refused(
          `Expected a branch that is asked by itself, got \`${strange}\`, whose Message Batch is cut as a whole.`,
        );
      }
      throw refused(`Expected a branch that has not ended (${open}), got \`${strange}\`.`);
    }
  }

  #checkRetry(keys: readonly string[] | undefined): void {
    const failed = this.#failed();
    const inLanes = keys?.find((key) => this.#stateInLanes(key) !== undefined);
    if (inLanes !== undefined) {
      throw refused(
        `Expected a branch that has ended and is not ok (${list(failed)}), got \`${inLanes}\`, which travels in lanes: all that have failed there are begun anew together, without keys.`,
      );
    }
    if (failed.length === 0) throw refused('No branch has ended that is not ok and can be begun anew.');
    const strange = keys?.find((key) => !failed.includes(key));
    if (strange !== undefined) {
      throw refused(`Expected a branch that has ended and is not ok (${list(failed)}), got \`${strange}\`.`);
    }
  }

  #stateInLanes(key: string): ReturnType<SteeredLanes['stateOf']> {
    return this.#lanes.map((lanes) => lanes.stateOf(key)).find((state) => state !== undefined);
  }

  #failed(): string[] {
    return this.#keysWhere(
      (status, index) => !settled.includes(status) && this.#steering.get(index)?.retry !== undefined,
    );
  }

  #keysWhere(matches: (status: string, index: number) => boolean): string[] {
    return this.branches.keys.filter((_, index) => matches(this.branches.statusOf(index), index));
  }
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'NotPossible');
}

/** @throws Error where it is neither */
function keysOf(given: Selection | null | undefined): string[] | undefined {
  if (given === undefined || given === null) return undefined;
  const inObject = typeof given === 'object' && !Array.isArray(given);
  const object = inObject ? given : { keys: given };
  if (!inObject && firstMisfit(selection, object) !== undefined) {
    const got = JSON.stringify(given).slice(0, 80);
    throw new Error(`Expected keys of branches, such as "legal" or ["legal", "security"], got ${got}.`);
  }
  const { keys } = parsed<{ keys?: string | string[] }>(selection, object, 'the selection of branches');
  return typeof keys === 'string' ? [keys] : keys;
}

/** @param inLanes how many there are more, which are not listed */
function list(keys: readonly string[], inLanes = 0): string {
  const all = inLanes === 0 ? keys : [...keys, `${inLanes} in lanes`];
  return all.length === 0 ? 'there is none' : all.join(', ');
}
