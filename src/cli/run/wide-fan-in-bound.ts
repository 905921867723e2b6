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
 * @param total branches, of at most `maxTokens` each, or as many as their way has
 * @returns US dollars; `null` where the price is not known
 */
function wideFanInUsd(
  { how, criteria }: { how: FanInKind; criteria: string },
  { model, maxTokens, ways }: Pick<WidePlan['template'], 'model' | 'maxTokens' | 'ways'>,
  total: number,
): number | null {
  if (how === 'merge') return 0;
  const factor = tokenFactor(model);
  const orders = how === 'select' ? 2 : 1;
  let usd = 0;
  // On the lowest level; a fold of several has `maxTokens` at most.
  let longest = Math.max(maxTokens, ...(ways ?? []).map((way) => way.maxTokens ?? maxTokens));
  for (let answers = total; answers > 1;) {
    const groups = groupsOf(how, answers, longest);
    const read = answers * (longest + marksTokens * factor);
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
    longest = maxTokens;
  }
  return usd;
}

/** Neighbours together are more than one call takes: half full at the least. */
function groupsOf(how: FanInKind, answers: number, maxTokens: number): number {
  const characters = answers * maxTokens * charactersPerToken;
  const bySize = characters <= mostCharacters ? 1 : Math.ceil((2 * characters) / mostCharacters);
  return Math.min(answers, how === 'select' ? Math.max(bySize, Math.ceil(answers / mostJudged)) : bySize);
}
