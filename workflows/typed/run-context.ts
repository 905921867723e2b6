import { CancellationScope, patched, proxyActivities, workflowInfo } from '@temporalio/workflow';

import type { LibraryActivities } from '../../src/contract/activities.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import { tallyOf } from '../../src/contract/lanes.js';
import type { Tally } from '../../src/contract/lanes.js';
import { inlineDocumentBytes } from '../../src/contract/limits.js';
import { memoOf } from '../../src/contract/memo.js';
import type { EarlierExecutions } from '../../src/contract/memo.js';
import { taskQueues } from '../../src/contract/names.js';
import { finalPayloadFailures } from '../../src/contract/refused.js';
import type { RunStatus } from '../../src/contract/run.js';
import type { Stored } from '../../src/contract/stored.js';
import { RunProgress } from '../engine/progress.js';
import { Window } from '../engine/window.js';

/** What a workflow cannot do itself: done by fanfold's workers, which have the store. */
export const outside = proxyActivities<LibraryActivities>({
  taskQueue: taskQueues.io,
  // Each reads or writes about a megabyte; so long waits a fan-out whose worker was killed.
  startToCloseTimeout: '10s',
  retry: { maximumInterval: '30s', nonRetryableErrorTypes: [...finalPayloadFailures] },
});

/** Payloads of about a megabyte on their way at once: Temporal ends a run that sends 4 MB in one task. */
const sentAtOnce = 2;

/**
 * What the fan-outs of one workflow share.
 *
 * RunContext-1. A name is given once in a workflow: two open activities of one name would fail the workflow's task for ever.
 * RunContext-2. A text goes into the store once, however many branches speak of it.
 */
export class RunContext {
  readonly progress = new RunProgress([], { offline: isOfflineRun() }, false, earlierExecutions());
  readonly sending = new Window(sentAtOnce);
  orders = 0;
  readonly #names = new Map<string, number>();
  readonly #texts = new Map<string, Promise<Stored<string>>>();
  /** What was asked inside the function of a branch, by the branch's name. */
  readonly #within = new Map<string, (() => Iterable<StoredBranch>)[]>();
  readonly #scopes = new WeakMap<CancellationScope, string>();

  constructor(readonly runId: string) {}

  /** Names for the branches of a fan-out that begins: their keys, below the branch that it is part of. */
  nameAll(keys: readonly string[]): string[] {
    const within = this.branchAround();
    return keys.map((key) => {
      // A number by itself is what Temporal names activities that have no name: two open ones of a name fail the task for ever.
      const own = /^\d+$/.test(key) ? `#${key}` : key;
      const name = within === undefined ? own : `${within}/${own}`;
      const count = (this.#names.get(name) ?? 0) + 1;
      this.#names.set(name, count);
      return count === 1 ? name : this.#another(name, count);
    });
  }

  #another(name: string, count: number): string {
    const other = `${name} (${count})`;
    if (this.#names.has(other)) return this.#another(name, count + 1);
    this.#names.set(other, 1);
    return other;
  }

  /** Runs a branch's function in a scope that fan-outs inside it can tell. */
  inBranch<Value>(name: string, run: () => Promise<Value>): Promise<Value> {
    const scope = new CancellationScope({ cancellable: true });
    this.#within.delete(name);
    this.#scopes.set(scope, name);
    return scope.run(run);
  }

  /** Takes in what is asked by whoever calls, as a part of the branch whose function that is; outside of one it is nobody's. */
  asksWithin(outcomes: () => Iterable<StoredBranch>): void {
    const name = this.branchAround();
    if (name !== undefined) this.#within.set(name, [...(this.#within.get(name) ?? []), outcomes]);
  }

  /**
   * What a branch's function has had asked, as far as it has ended; `undefined` where that is nothing, or the run began with a version that did
   * not count it.
   */
  spentWithin(name: string): Tally | undefined {
    const asked = this.#within.get(name);
    if (asked === undefined || !patched('nested-questions-cost')) return undefined;
    return tallyOf(asked.flatMap((outcomes) => [...outcomes()]));
  }

  /** How the workflow has come to its end. */
  ended(status: RunStatus = this.progress.standing): void {
    this.progress.finished(status);
  }

  /** Name of the branch whose function calls; `undefined` outside of one. */
  branchAround(): string | undefined {
    let scope: CancellationScope | undefined = CancellationScope.current();
    for (; scope !== undefined; scope = scope.parent) {
      const name = this.#scopes.get(scope);
      if (name !== undefined) return name;
    }
    return undefined;
  }

  /** A document as history takes it: a large one goes into the store, and travels by reference. */
  place(document: string | Stored<string>): Stored<string> | Promise<Stored<string>> {
    if (typeof document !== 'string' && !('inline' in document)) return document;
    const text = typeof document === 'string' ? document : document.inline;
    // A character has at most three bytes, of those that are one unit here.
    if (text.length * 3 <= inlineDocumentBytes) return { inline: text };
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    // Not part of the branch that came first: the others wait for it too.
    const placed = CancellationScope.nonCancellable(() =>
      this.sending.run(() => outside.placeText.executeWithOptions({ summary: 'a document into the store' }, [text])),
    );
    this.#texts.set(text, placed);
    return placed;
  }
}

let context: RunContext | undefined;

/** The context of the workflow that calls. */
export function runContext(): RunContext {
  const { runId } = workflowInfo();
  // Each workflow has modules of its own; a test that has not is no reason to mix two.
  if (context?.runId === runId) return context;
  const begun = new RunContext(runId);
  context = begun;
  // Not before: a handler of the workflow's own that runs at once fans out in this context, too.
  begun.progress.listen();
  return begun;
}

/** The context of the workflow that calls, where it has fanned out. */
export function knownContext(): RunContext | undefined {
  return context?.runId === workflowInfo().runId ? context : undefined;
}

/** The context of a workflow that ends: one that has not fanned out since it continued as new is listed with what it had before. */
export function contextAtEnd(): RunContext | undefined {
  return knownContext() ?? (earlierExecutions() === undefined ? undefined : runContext());
}

/** What a workflow has had before it continued as new. */
export function earlierExecutions(): EarlierExecutions | undefined {
  return memoOf(workflowInfo().memo)?.earlier;
}

/** Whether the workflow was begun by a client with `new FanfoldPlugin({ offline: true })`. */
export function isOfflineRun(): boolean {
  return memoOf(workflowInfo().memo)?.offline === true;
}

/**
 * The value of a branch that asked for a reference, with `stored: true`. It comes through history, by an activity.
 *
 * @throws ActivityFailure `DocumentMissing` where it is not in the store, `ValueTooLarge` where it has more than 1.5 MB
 */
export async function load<Value>(stored: { sha256: string; bytes: number; readonly _value?: Value }): Promise<Value> {
  const { sha256, bytes } = stored;
  const loaded = await outside.readStored.executeWithOptions({ summary: 'a value from the store' }, [
    { sha256, bytes },
  ]);
  return loaded as Value;
}
