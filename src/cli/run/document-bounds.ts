import { InputError, OverBudgetError } from '../../contract/errors.js';
import { withoutBytes } from '../../contract/document.js';
import type { DocumentContent } from '../../contract/document.js';
import type { Item } from '../../contract/lanes.js';
import type { ModelRequest } from '../../contract/model-request.js';
import { modelDefaults } from '../../contract/options.js';
import type { FanOutOptions } from '../../contract/options.js';
import { addCost } from '../../contract/usage.js';
import { buildRequest, estimateTokens, sizeOf, upperBoundUsd } from '../../model/index.js';
import { planSummarise } from '../../plan/summarise-plan.js';
import type { SummariseInput } from '../../plan/summarise-plan.js';
import { LocalFile } from '../read/local-file.js';
import { formatCost } from '../show/amounts.js';
import type { WorkerNeed } from '../worker/worker-need.js';

export { fanInUsdOf } from './wide-fan-in-bound.js';

/** What a branch asks about an item. */
interface Question {
  request: ModelRequest;
  /** Its document, if it has one. */
  document?: DocumentContent;
}

/** What the branches of a wide run may cost, added up while their items are gone through. */
export class DocumentBounds {
  #usd: number | null = 0;
  #cheapestUsd = Infinity;
  #inputTokens = 0;

  /**
   * @param model named in an error where its price is not known
   * @param questionsOf what is asked about an item
   */
  constructor(
    readonly model: string,
    readonly questionsOf: (item: Item) => Question[],
  ) {}

  add(item: Item): void {
    for (const { request, document } of this.questionsOf(item)) {
      const inputTokens = estimateTokens(buildRequest(request, document, request.outputSchema));
      const boundUsd = upperBoundUsd(sizeOf(request, inputTokens));
      this.#inputTokens += inputTokens;
      this.#usd = addCost(this.#usd, boundUsd);
      this.#cheapestUsd = Math.min(this.#cheapestUsd, boundUsd ?? Infinity);
    }
  }

  /** What the branches about items ask, and nobody else: a fan-in asks what is not known yet. */
  questions(items: () => AsyncIterable<Item>): Pick<WorkerNeed, 'questions'> {
    const { questionsOf } = this;
    return {
      async *questions() {
        for await (const item of items()) {
          if (item.unreadable !== undefined) continue;
          const file = item.file instanceof LocalFile ? await item.file.content() : undefined;
          for (const { request, document } of questionsOf(item)) yield { request, document: file ?? document };
        }
      },
    };
  }

  /** @param fanInUsd what the fan-in may cost */
  summary(
    total: number,
    fanInUsd: number | null = 0,
  ): { total: number; inputTokens: number; upperBoundUsd: number | null } {
    return { total, inputTokens: this.#inputTokens, upperBoundUsd: addCost(this.#usd, fanInUsd) };
  }

  /**
   * The budget of a wide run.
   *
   * @param fanInUsd what the fan-in may cost: that much is set aside for it
   * @throws OverBudgetError where not even one question fits; InputError where prices are not known
   */
  budget(allUsd: number | undefined, fanInUsd: number | null = 0): Pick<FanOutOptions, 'budget'> {
    if (allUsd === undefined) return {};
    if (this.#usd === null || fanInUsd === null) {
      throw new InputError(
        `Expected a model whose price is known where there is a budget, got \`${this.model}\`.`,
        'Write its price down (`--prices FILE`), leave the budget out, or choose another model.',
      );
    }
    const usd = allUsd - fanInUsd;
    if (this.#cheapestUsd > usd) {
      throw new OverBudgetError(
        `Expected \`budget\` to cover what the run must do at least, got ${formatCost(allUsd)}: ${fanInUsd > 0 ? `the fan-in may cost ${formatCost(fanInUsd)}, and ` : ''}one question may cost ${formatCost(this.#cheapestUsd)}.`,
        'Nothing was started. See `--dry-run`; a smaller `--max-tokens` lowers the bound.',
      );
    }
    return { budget: { usd, boundsUsd: [], ...(fanInUsd > 0 && { fanInUsd }) } };
  }
}

/** The bounds of a run that summarises each item. */
export function boundsOfDocuments(options: SummariseInput): DocumentBounds {
  const { join: _, quorum: __, ...each } = options;
  return new DocumentBounds(options.model ?? modelDefaults.model, ({ key, text, file }) => {
    const plan = planSummarise({ ...each, documents: [{ key, text: file ?? { inline: text } }] });
    const document = file === undefined ? text : withoutBytes(file);
    return 'direct' in plan ? plan.direct.branches.map(({ request }) => ({ request, document })) : [];
  });
}
