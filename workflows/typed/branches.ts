import { patched, workflowInfo } from '@temporalio/workflow';

import { leastCachedBytes, maxReadBytes } from '../../src/contract/limits.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import { noLedger } from '../../src/contract/outcome.js';
import { modelDefaults } from '../../src/contract/options.js';
import type { Stored } from '../../src/contract/stored.js';
import type { ModelRequest } from '../../src/contract/model-request.js';
import type { Answer } from '../../src/contract/model-call.js';
import { addTallies, noTally } from '../../src/contract/lanes.js';
import type { Tally } from '../../src/contract/lanes.js';
import { checkServerTools } from '../../src/plan/server-tools.js';
import { checked } from '../engine/checked.js';
import { modelBranch } from '../engine/branch.js';
import type { AskSettings, Branch } from '../engine/branch.js';
import { Economy } from '../wide/economy.js';
import type { Settings } from './options.js';
import { outside, runContext } from './run-context.js';
import { tryOwn } from './try-own.js';
import type { AskWork, OwnWork, Spent } from './work.js';

/** A long document is read and counted in that time. */
const boundTimeout = '1m';

/** What is told of work of somebody's own that has failed. */
interface Tries extends Partial<Spent> {
  attempts: number;
  startedAt: string;
  /** Where its function had questions asked: what they have cost, or may have. */
  spentUsd?: number;
}

/** Makes branches of work, as its fan-out says. */
export class Branches {
  readonly #shared: ReadonlySet<AskWork['document']>;
  readonly #economy: Economy | undefined;
  readonly #freshSinceMs = Date.now();
  /** How often branches of somebody's own have been tried, and since when, by name. */
  readonly #tries = new Map<string, Tries>();

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

  /** What a failure does not tell: how often it was tried, and what was spent. */
  triedOf({ key, attempts }: Pick<StoredBranch, 'key' | 'attempts'>): Partial<StoredBranch> {
    if (attempts !== 0) return {};
    const { spentUsd: _, ...told } = this.#tries.get(key) ?? {};
    return told;
  }

  /** A branch's function has failed, after what it had asked. */
  #failed(name: string, within: Tally | undefined): void {
    const tries = this.#tries.get(name);
    if (tries === undefined || within === undefined) return;
    const { usage, costUsd, savedUsd, cacheSavedUsd, lostUsd } = within;
    const spentUsd = (costUsd ?? 0) + lostUsd;
    this.#tries.set(name, { ...tries, usage, costUsd, savedUsd, cacheSavedUsd, lostUsd, spentUsd });
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
      spentUsd: () => this.#tries.get(name)?.spentUsd,
      run: async (): Promise<Answer> => {
        const startedAtMs = Date.now();
        let attempts = 0;
        const context = runContext();
        const tried = (attempt: number) => {
          attempts = attempt;
          this.#tries.set(name, { attempts, startedAt: new Date(startedAtMs).toISOString() });
        };
        const result = await context
          .inBranch(name, () => tryOwn(() => work.run(name), limits, tried))
          .catch((failure: unknown) => {
            this.#failed(name, context.spentWithin(name));
            throw failure;
          });
        const { output, spent = noTally } = (await work.read?.(result)) ?? { output: result };
        const within = context.spentWithin(name) ?? noTally;
        context.progress.holds(within.costUsd);
        const sum = addTallies({ ...noTally, ...toldBefore(spent) }, within);
        const { usage, costUsd, savedUsd, cacheSavedUsd, lostUsd } = sum;
        // What is not known to be spent may have been.
        const untoldUsd = work.read === undefined ? Math.max(0, work.mostUsd - (costUsd ?? 0) - lostUsd) : 0;
        const money = { usage, costUsd, cacheSavedUsd, lostUsd: lostUsd + untoldUsd };
        const ledger = { ...noLedger, attempts, startedAtMs, ...money };
        const answer = { model: '', reused: false, savedUsd, ledger, finishedAtMs: Date.now() };
        return { status: 'ok', output: { inline: output }, ...answer };
      },
    };
  }
}

/** What a run of fanfold's has spent, as workflows count it that began with this version or an older one. */
function toldBefore(spent: Spent): Spent {
  return spent.lostUsd === 0 || patched('nested-questions-cost') ? spent : { ...spent, lostUsd: 0 };
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
