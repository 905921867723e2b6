import { mostJudged } from '../../contract/limits.js';
import type { FanInKind } from '../../contract/options.js';
import { mostCharacters } from '../../fold/fan-in.js';
import type { WidePlan } from '../../plan/summarise-plan.js';
import { upperBoundUsd } from '../../model/index.js';
import { estimateText, tokenFactor } from '../../tokens/index.js';

/** Tokens around each answer and around all of them in a call of the fan-in, at the very most; those of a key of a document included. */
const marksTokens = 240;
const rulesTokens = 600;

/** Characters of a token in long answers: more calls are counted with more. */
const charactersPerToken = 5;

/** The most that the fan-in of a run in lanes may cost, in US dollars; `null` where the price is not known. */
export function fanInUsdOf({ fanIn, template, total }: WidePlan): number | null {
  return fanIn === undefined ? 0 : wideFanInUsd(fanIn, template, total);
}

/**
 * The most that the fan-in of a run in lanes may cost: every level of it reads all that the one below may have written.
 *
 * @param total branches, of at most `maxTokens` each
 * @returns US dollars; `null` where the price is not known
 */
function wideFanInUsd(
  { how, criteria }: { how: FanInKind; criteria: string },
  { model, maxTokens }: { model: string; maxTokens: number },
  total: number,
): number | null {
  if (how === 'merge') return 0;
  const factor = tokenFactor(model);
  const orders = how === 'select' ? 2 : 1;
  let usd = 0;
  for (let answers = total; answers > 1;) {
    const groups = groupsOf(how, answers, maxTokens);
    const read = answers * (maxTokens + marksTokens * factor);
    const rules = groups * (rulesTokens + estimateText(criteria)) * factor;
    const inputTokens = Math.ceil((read + rules) / groups);
    const each = upperBoundUsd({
      model,
      maxTokens,
      inputTokens,
      cached: false,
      structured: how === 'select',
      parts: 1,
    });
    if (each === null) return null;
    usd += each * groups * orders;
    answers = groups < answers ? groups : 1;
  }
  return usd;
}

/** Neighbours together are more than one call takes: half full at the least. */
function groupsOf(how: FanInKind, answers: number, maxTokens: number): number {
  const characters = answers * maxTokens * charactersPerToken;
  const bySize = characters <= mostCharacters ? 1 : Math.ceil((2 * characters) / mostCharacters);
  return Math.min(answers, how === 'select' ? Math.max(bySize, Math.ceil(answers / mostJudged)) : bySize);
}
