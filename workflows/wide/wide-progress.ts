import { condition, defineQuery, defineUpdate, setCurrentDetails, setHandler } from '@temporalio/workflow';

import { formatDuration } from '../../src/contract/duration.js';
import type { Tally } from '../../src/contract/lanes.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import { addCost, dollarText } from '../../src/contract/usage.js';
import { queryNames, updateNames } from '../../src/contract/names.js';
import type { RunStatus } from '../../src/contract/run.js';
import type { FirstAnswer, Progress } from '../../src/contract/run-result.js';
import { Listing } from '../engine/listing.js';

const progressQuery = defineQuery<Progress>(queryNames.progress);
const answerUpdate = defineUpdate<FirstAnswer>(updateNames.answer);

/** Shows a wide run in Temporal's Web UI. */
export class WideProgress {
  #status: Progress['status'] = 'running';
  #tally: Tally;
  #answer: FirstAnswer | undefined;
  readonly #listing: Listing;

  constructor(
    readonly total: number,
    tally: Tally,
    searchable: boolean | undefined,
    readonly startedAtMs: number,
  ) {
    this.#tally = tally;
    setHandler(progressQuery, () => this.now(), { description: 'How many branches have ended, and how.' });
    setHandler(answerUpdate, () => this.#answered(), {
      description: 'Returns as soon as the join policy is satisfied.',
    });
    this.#show();
    this.#listing = new Listing(searchable, () => total);
  }

  ended(tally: Tally): void {
    this.#tally = tally;
    this.#show();
  }

  answered(answer: FirstAnswer): void {
    this.#answer ??= answer;
  }

  /** @param calls of the fan-in, beside the branches */
  finished(status: RunStatus, calls: readonly StoredBranch[] = []): void {
    this.#status = status;
    this.#show();
    const costUsd = calls.reduce((sum, call) => addCost(sum, call.costUsd), this.#tally.costUsd);
    this.#listing.ended(status, costUsd);
  }

  now(): Progress {
    return { status: this.#status, branches: [], total: this.total, tally: this.#tally };
  }

  async #answered(): Promise<FirstAnswer> {
    await condition(() => this.#answer !== undefined);
    return this.#answer as FirstAnswer;
  }

  #show(): void {
    const { ended, byStatus, usage, costUsd, savedUsd, reused, slowest } = this.#tally;
    const cost = costUsd === null ? 'unknown' : dollarText(costUsd);
    setCurrentDetails(
      [
        `**${this.#status}** · ${ended} of ${this.total} branches ended`,
        '',
        ...Object.entries(byStatus).map(([status, count]) => `- ${status}: ${count}`),
        `- ${usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens} tokens in, ${usage.outputTokens} out, cost ${cost}`,
        ...(reused > 0 ? [`- ${reused} from the journal, ${dollarText(savedUsd)} saved`] : []),
        ...(slowest === null ? [] : [`- slowest: ${slowest.key}, ${formatDuration(slowest.totalMs)}`]),
      ].join('\n'),
    );
  }
}
