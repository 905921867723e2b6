import { InputError, OverBudgetError } from '../../contract/errors.js';
import { withoutBytes } from '../../contract/document.js';
import { maxDirectWidth } from '../../contract/limits.js';
import { addCost } from '../../contract/usage.js';
import { buildRequest, estimateTokens, sizeOf, upperBoundUsd } from '../../model/index.js';
import { planSummarise } from '../../plan/summarise-plan.js';
import type { SummariseInput } from '../../plan/summarise-plan.js';
import type { Item } from '../../contract/lanes.js';
import { formatCost } from '../show/amounts.js';

/** What the documents may cost, added up while they are gone through. */
export class DocumentBounds {
  #usd: number | null = 0;
  #cheapestUsd = Infinity;
  #inputTokens = 0;

  constructor(readonly options: SummariseInput) {}

  add({ key, text, file }: Item): void {
    const plan = planSummarise({ ...this.#one, documents: [{ key, text: file ?? { inline: text } }] });
    if (!('direct' in plan)) return;
    const [branch] = plan.direct.branches;
    if (branch === undefined) return;
    const inputTokens = estimateTokens(buildRequest(branch.request, file === undefined ? text : withoutBytes(file)));
    const boundUsd = upperBoundUsd(sizeOf(branch.request, inputTokens));
    this.#inputTokens += inputTokens;
    this.#usd = addCost(this.#usd, boundUsd);
    this.#cheapestUsd = Math.min(this.#cheapestUsd, boundUsd ?? Infinity);
  }

  summary(total: number): { total: number; inputTokens: number; upperBoundUsd: number | null } {
    return { total, inputTokens: this.#inputTokens, upperBoundUsd: this.#usd };
  }

  /**
   * The budget of a wide run.
   *
   * @throws OverBudgetError where not even one question fits; InputError where prices are not known, or it is to be asked in batches
   */
  budget(usd: number | undefined, economy: boolean | undefined, total: number): Pick<SummariseInput, 'budget'> {
    if (usd === undefined) return {};
    if (economy) {
      throw new InputError(
        `Expected at most ${maxDirectWidth} documents with \`--economy\` and \`--budget\` together, got ${total}.`,
      );
    }
    if (this.#usd === null) {
      throw new InputError(
        `Expected a model whose price is known where there is a budget, got \`${this.options.model}\`.`,
        'Leave the budget out, or choose another model.',
      );
    }
    if (this.#cheapestUsd > usd) {
      throw new OverBudgetError(
        `Expected \`budget\` to cover what the run must do at least, got ${formatCost(usd)}: one question may cost ${formatCost(this.#cheapestUsd)}.`,
        'Nothing was started. See `--dry-run`; a smaller `--max-tokens` lowers the bound.',
      );
    }
    return { budget: { usd, boundsUsd: [] } };
  }

  get #one(): SummariseInput {
    const { model, maxTokens, sentences, splitTokens } = this.options;
    return {
      ...(model !== undefined && { model }),
      ...(maxTokens !== undefined && { maxTokens }),
      ...(sentences !== undefined && { sentences }),
      ...(splitTokens !== undefined && { splitTokens }),
    };
  }
}
