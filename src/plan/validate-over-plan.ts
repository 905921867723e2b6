import { InputError } from '../contract/errors.js';
import type { LocalCheck, Template, Way } from '../contract/lanes.js';
import { mostWays } from '../contract/limits.js';
import type { Severity } from '../fold/findings.js';
import { checkRules } from '../prompts/validate.js';
import { checkWays, totalOf } from './item-request.js';
import { modelOptionsOf, policyOf } from './policy.js';
import type { WidePlan } from './summarise-plan.js';
import { localGrammar, planValidate } from './validate-plan.js';
import type { ValidateInput, ValidatePlan } from './validate-plan.js';

/** What a reader of several texts' findings has to know of the checks. */
export interface FindingsFold {
  /** Keys of the checks, in the order of the result. */
  checks: readonly string[];
  severities: ReadonlyMap<string, Severity>;
  words: readonly string[];
}

/** The plan of a `validate` run over several texts. */
export interface ValidateOverPlan {
  wide: WidePlan;
  findings: FindingsFold;
  /** Whether a model is asked at all. */
  asksModel: boolean;
}

/**
 * The plan of a `validate` run over several texts, in lanes: the checks of one text are neighbours, with the keys `text/check`.
 *
 * @throws InputError when no run can be made of the input; nothing has been spent then
 */
export function planValidateOver(input: ValidateInput): ValidateOverPlan {
  const { chunks = [], text, document, sources = [], words = [] } = input;
  if (text !== undefined || document !== undefined)
    throw new InputError('Expected one `text`, or several as `chunks`, got both.');
  if (sources.length > 0) {
    throw new InputError(
      'Expected one text where there are `sources`, got several: each text would need a search of its own.',
      'Give what all texts are held against as `references`.',
    );
  }
  const plan = planValidate(ofOneText(input), mostWays);
  const ways = plan.keys.map((key) => wayOf(key, plan, input));
  checkWays(ways, 'checks');
  const { model, maxTokens, offline, fresh } = modelOptionsOf(input);
  const total = totalOf(chunks, ways.length, 'text');
  const template: Template = { model, maxTokens, system: checkRules, prompt: '', ways };
  const asksModel = plan.asked.branches.length > 0;
  const policy = policyOf(input, total, { inLanes: true });
  return {
    // A worker without a key serves lanes that ask no model.
    wide: { chunks, total, template, policy, offline: offline || !asksModel, fresh },
    findings: { checks: plan.keys, severities: plan.severities, words },
    asksModel,
  };
}

/** The plan of what any of several texts is looked at for, whatever the join says of all. */
export function planValidateAny(input: ValidateInput): ValidateOverPlan {
  const one = ofOneText(input);
  const count = planValidate(one, mostWays).keys.length;
  const { text: _, document: __, ...options } = one;
  return planValidateOver({ ...options, chunks: [{ sha256: '', bytes: 0, count }] });
}

/** The checks are those of one text; what is said of all branches is not meant for it. */
function ofOneText(input: ValidateInput) {
  const { chunks: _, join: __, quorum: ___, budget: ____, late: _____, deadlineMs: ______, ...options } = input;
  return { ...options, text: '', document: { inline: '' } };
}

function wayOf(key: string, { asked, patterns }: ValidatePlan, { dialect, words }: ValidateInput): Way {
  const request = asked.branches.find((branch) => branch.key === key)?.request;
  if (request !== undefined) {
    const { prompt, promptParts, outputSchema } = request;
    return { key, prompt, ...(promptParts && { promptParts }), ...(outputSchema && { outputSchema }) };
  }
  const pattern = patterns.find(({ name }) => name === key);
  if (pattern !== undefined) {
    const { name: _, ...check } = pattern;
    return { key, local: check };
  }
  if (key !== localGrammar) throw new Error(`The plan has no check ${key}.`);
  const grammar = { ...(dialect !== undefined && { dialect }), ...(words !== undefined && { words }) };
  return { key, local: { grammar } satisfies LocalCheck };
}
