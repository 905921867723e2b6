import { workflowInfo } from '@temporalio/workflow';

import { leastCachedBytes, maxReadBytes } from '../../src/contract/limits.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import { noLedger } from '../../src/contract/outcome.js';
import { modelDefaults } from '../../src/contract/options.js';
import type { Stored } from '../../src/contract/stored.js';
import type { ModelRequest } from '../../src/contract/model-request.js';
import type { Answer } from '../../src/contract/model-call.js';
import { noUsage } from '../../src/contract/usage.js';
import { checkServerTools } from '../../src/plan/server-tools.js';
import { checked } from '../engine/checked.js';
import { modelBranch } from '../engine/branch.js';
import type { AskSettings, Branch } from '../engine/branch.js';
import { Economy } from '../wide/economy.js';
import type { Settings } from './options.js';
import { outside, runContext } from './run-context.js';
import { tryOwn } from './try-own.js';
import type { AskWork, OwnWork } from './work.js';

/** What a function of somebody's own spends, as far as fanfold knows. */
const spentNothing = { usage: noUsage, costUsd: 0 };

/** A long document is read and counted in that time. */
const boundTimeout = '1m';

/** Makes branches of work, as its fan-out says. */
export class Branches {
  readonly #shared: ReadonlySet<AskWork['document']>;
  readonly #economy: Economy | undefined;
  readonly #freshSinceMs = Date.now();
  /** How often branches of somebody's own have been tried, and since when, by name. */
  readonly #tries = new Map<string, { attempts: number; startedAt: string }>();

  constructor(
    readonly settings: Settings,
    works: readonly (AskWork | OwnWork)[],
  ) {
    this.#shared = repeated(works.map((work) => (work.kind === 'ask' ? work.document : undefined)));
    const { policy } = settings;
    const budgetUsd = policy.budget?.usd ?? Infinity;
    for (const work of works)
      if (work.kind === 'ask') checked(() => checkServerTools(work.serverTools ?? [], [], budgetUsd));
    if (!policy.economy) return;
    const context = runContext();
    this.#economy = new Economy(this.#askSettings(false), policy.deadlineMs, Date.now(), context.orders);
    // As many as there could be, if each question were a batch of its own.
    context.orders += works.length;
  }

  of(name: string, work: AskWork | OwnWork): Branch {
    return work.kind === 'ask' ? this.#ask(name, work) : this.#own(name, work);
  }

  /** What is asked, its document where history takes it. It waits only where that has to go into the store: each wait costs a workflow. */
  requestOf(work: AskWork): ModelRequest | Promise<ModelRequest> {
    const { document } = work;
    if (document === undefined) return this.#request(work);
    const placed = runContext().place(document);
    return placed instanceof Promise
      ? placed.then((stored) => this.#request(work, stored))
      : this.#request(work, placed);
  }

  #request(
    { prompt, system, document, model, maxTokens, serverTools = [], outputSchema }: AskWork,
    placed?: Stored<string>,
  ): ModelRequest {
    const { settings } = this;
    const isShared = this.#shared.has(document) && isWorthCaching(document);
    return {
      model: model ?? settings.model.model ?? modelDefaults.model,
      maxTokens: maxTokens ?? settings.model.maxTokens ?? modelDefaults.maxTokens,
      system,
      prompt,
      ...(placed !== undefined && { document: placed }),
      ...(isShared && { cacheDocument: true }),
      ...(serverTools.length > 0 && { serverTools }),
      ...(outputSchema !== undefined && { outputSchema }),
    };
  }

  /** What a failure does not tell: how often it was tried. */
  triedOf({ key, attempts }: Pick<StoredBranch, 'key' | 'attempts'>): Partial<StoredBranch> {
    return attempts === 0 ? (this.#tries.get(key) ?? {}) : {};
  }

  #ask(name: string, work: AskWork): Branch {
    const { policy } = this.settings;
    const summary = `${name}: what it may cost`;
    const bound = async () =>
      outside.boundQuestion.executeWithOptions({ summary, startToCloseTimeout: boundTimeout }, [
        await this.requestOf(work),
      ]);
    const { timeoutMs = policy.timeoutMs, attempts = policy.attempts } = work;
    const settings = { ...this.#askSettings(work.stored), timeoutMs, attempts };
    return {
      key: name,
      ...(policy.budget !== null && { boundUsd: bound }),
      ...(policy.hedge && { abreast: 2 }),
      run: async (place, reserve, ledger) => {
        const request = await this.requestOf(work);
        // A batch has one way to place its answers.
        const asked = work.stored ? undefined : this.#economy?.branch(name, request);
        return (asked ?? modelBranch(name, request, settings)).run(place, reserve, ledger);
      },
    };
  }

  #askSettings(stored: boolean): AskSettings {
    const { policy, offline, fresh, priority } = this.settings;
    return {
      offline,
      timeoutMs: policy.timeoutMs,
      attempts: policy.attempts,
      inlineBytes: stored ? 0 : maxReadBytes,
      ...(fresh && { freshSinceMs: this.#freshSinceMs }),
      ...(policy.hedge && { hedge: { run: workflowInfo().runId } }),
      ...(priority !== undefined && { priority }),
    };
  }

  #own(name: string, work: OwnWork): Branch {
    const { own } = this.settings;
    const limits = { timeoutMs: work.timeoutMs ?? own.timeoutMs, attempts: work.attempts ?? own.attempts };
    return {
      key: name,
      boundUsd: work.mostUsd,
      run: async (): Promise<Answer> => {
        const startedAtMs = Date.now();
        let attempts = 0;
        const result = await runContext().inBranch(name, () =>
          tryOwn(
            () => work.run(name),
            limits,
            (attempt) => {
              attempts = attempt;
              this.#tries.set(name, { attempts, startedAt: new Date(startedAtMs).toISOString() });
            },
          ),
        );
        const { output, usage, costUsd } = (await work.read?.(result)) ?? {
          ...spentNothing,
          output: result,
        };
        // What is not known to be spent may have been.
        const lostUsd = work.read === undefined ? work.mostUsd : 0;
        const ledger = { ...noLedger, attempts, startedAtMs, usage, costUsd, lostUsd };
        const answer = { model: '', reused: false, savedUsd: 0, ledger, finishedAtMs: Date.now() };
        return { status: 'ok', output: { inline: output }, ...answer };
      },
    };
  }
}

function isWorthCaching(document: AskWork['document']): boolean {
  if (document === undefined) return false;
  if (typeof document === 'string') return document.length >= leastCachedBytes;
  return ('inline' in document ? document.inline.length : document.bytes) >= leastCachedBytes;
}

function repeated<Item>(items: readonly Item[]): ReadonlySet<Item> {
  const seen = new Set<Item>();
  return new Set(items.filter((item) => seen.size === seen.add(item).size && item !== undefined));
}
