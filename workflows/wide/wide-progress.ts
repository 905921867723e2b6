import { condition, defineQuery, defineUpdate, setCurrentDetails, setHandler } from '@temporalio/workflow';

import { formatDuration } from '../../src/contract/duration.js';
import type { Tally } from '../../src/contract/lanes.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import { addCost, countText, dollarText } from '../../src/contract/usage.js';
import { queryNames, signalNames, updateNames } from '../../src/contract/names.js';
import { markdownLine } from '../../src/fold/visible-text.js';
import type { RunStatus } from '../../src/contract/run.js';
import type { FirstAnswer, Progress } from '../../src/contract/run-result.js';
import { Listing } from '../engine/listing.js';
import { answeredBy } from '../engine/progress-table.js';
import type { RunWords } from '../engine/progress.js';

const progressQuery = defineQuery<Progress>(queryNames.progress);
const answerUpdate = defineUpdate<FirstAnswer>(updateNames.answer);

// A signal has no summary of its own, which Temporal keeps for what a workflow begins.
const legend = `On the timeline: \`runLane\` carries branches, \`${signalNames.laneBatch}\` tells of some that have ended, \`${updateNames.laneMore}\` asks for more.`;

/** Shows a wide run in Temporal's Web UI. */
export class WideProgress {
  #status: Progress['status'] = 'running';
  #tally: Tally;
  #answer: FirstAnswer | undefined;
  readonly #listing: Listing;

  constructor(
    readonly total: number,
    tally: Tally,
    readonly input: RunWords,
    readonly startedAtMs: number,
  ) {
    this.#tally = tally;
    setHandler(progressQuery, () => this.now(), { description: 'How many branches have ended, and how.' });
    setHandler(answerUpdate, () => this.#answered(), {
      description: 'Returns as soon as the join policy is satisfied.',
    });
    this.#show();
    this.#listing = new Listing(input.searchable, () => total);
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
    const { ended, byStatus, usage, costUsd, slowest } = this.#tally;
    const cost = costUsd === null ? 'unknown' : dollarText(costUsd);
    setCurrentDetails(
      [
        `**${this.#status}** · ${countText(ended)} of ${countText(this.total)} branches ended`,
        '',
        ...Object.entries(byStatus).map(([status, count]) => `- ${status}: ${countText(count)}`),
        `- ${countText(usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens)} tokens in, ${countText(usage.outputTokens)} out, cost ${cost}`,
        ...answeredBy(this.#tally, this.input.offline === true).map((told) => `- ${told}`),
        ...(slowest === null ? [] : [`- slowest: ${markdownLine(slowest.key)}, ${formatDuration(slowest.totalMs)}`]),
        '',
        legend,
      ].join('\n'),
    );
  }
}
