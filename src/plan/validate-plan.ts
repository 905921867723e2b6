import type { Known } from '../contract/known.js';
import type { Chunk } from '../contract/lanes.js';
import type { ModelRequest, PromptPart } from '../contract/model-request.js';
import type { JsonSchema } from '../contract/json-schema.js';
import type { Stored } from '../contract/stored.js';
import { InputError } from '../contract/errors.js';
import { dialects } from '../contract/dialects.js';
import type { Dialect } from '../contract/dialects.js';
import { severities } from '../fold/findings.js';
import type { PatternCheck, Severity } from '../fold/findings.js';
import { gatherDefaults } from './gather-plan.js';
import type { Hit, Source } from '../contract/source.js';
import { maxDirectWidth } from '../contract/limits.js';
import type { FanOutPlan } from './fan-out-plan.js';
import {
  checkRules,
  claimFields,
  criterionPrompt,
  factsPrompt,
  grammarPrompt,
  referenceTitle,
  remarkFields,
  tonePrompt,
} from '../prompts/validate.js';
import { modelOptionsOf, policyOf } from './policy.js';
import type { FanOutOptions, ModelOptions } from '../contract/options.js';
import { beginningOf } from '../contract/cut-text.js';

/** The checks that fanfold brings along. */
export const checkNames = ['grammar', 'facts', 'tone'] as const;

export const defaultTone = 'clear, factual, courteous';

/** A check of your own: a criterion in words, which the model judges, or a pattern, which is searched for. */
export type OwnCheck = { name: string } & ({ criterion: string; severity?: Severity } | PatternCheck);

/** Input of the workflow `validate`. */
export interface ValidateInput extends FanOutOptions, ModelOptions {
  /** The text; `chunks` where there are several. It travels in the run's input, which Temporal limits: see `maxValidatedBytes`. */
  text?: string;
  /** The same text, for the checks that ask the model. */
  document?: Stored<string>;
  /** Several texts, each looked at by every check, in lanes. */
  chunks?: readonly Chunk[];
  title?: string;
  /** In the order of the result; a bare name is one of `checkNames`. */
  checks?: readonly (string | OwnCheck)[];
  /**
   * Whether the rules of a grammar checker look at the text too, where `grammar` is among the checks; as a branch
   * `grammar-local`.
   */
  localGrammar?: boolean;
  /** Dialect of English for `grammar`; by default the one that shows in the text. */
  dialect?: Dialect;
  /** Words that are right for `grammar`: at most 10,000. They travel in the run's input. */
  words?: readonly string[];
  /** The tone that `tone` looks for. */
  tone?: string;
  /** References that `facts` holds the text against; without any, the text itself. */
  references?: readonly { name: string; text: Stored<string> }[];
  /** Sources whose hits `facts` holds the text against as well. Each is a branch before the checks. */
  sources?: readonly Source[];
  /** The query for the sources; the beginning of the text by default. */
  query?: string;
  searchable?: boolean;
  /** What is taken over from the finished run that this one retries. */
  known?: Known;
  /** The state of the execution before, after continue-as-new. */
  carried?: unknown;
}

/** Largest text that is validated, in UTF-8 bytes. */
export const maxValidatedBytes = 400_000;

/** Most words that are given as right, and all of them together in UTF-16 code units. */
const maxWords = 10_000;
const maxWordsLength = 200_000;

/** Name of the check by a grammar checker's rules, beside the model's `grammar`. */
export const localGrammar = 'grammar-local';

const queryLength = 300;

/** Most hits that `facts` is shown, and so the most that they add to its question, in UTF-16 code units. */
const mostHits = 8;
const hitLength = 1_500;
export const mostFoundCharacters = mostHits * (hitLength + 500);

/** Hits of sources, as references of `facts`. */
export function foundReferences(hits: readonly Hit[]): PromptPart[] {
  return shown(
    hits.slice(0, mostHits).map(({ title, link, text }) => ({
      name: beginningOf(`${title} ${link}`, 400),
      text: { inline: beginningOf(text, hitLength) },
    })),
  );
}

/** Policy of the searches for a check. */
export const searchPolicy = { timeoutMs: gatherDefaults.timeoutMs, attempts: gatherDefaults.attempts };

/** The plan of a `validate` run: checks that ask the model as a fan-out, and patterns beside it. */
export interface ValidatePlan {
  text: string;
  document: Stored<string>;
  asked: FanOutPlan;
  patterns: readonly ({ name: string } & PatternCheck)[];
  sources: readonly Source[];
  /** The query for the sources. */
  query: string;
  /** Whether the worker's grammar checker looks at the text too. */
  hasLocalGrammar: boolean;
  /** Keys of all branches, in the order of the result. */
  keys: readonly string[];
  /** Severities of the checks that have one of their own. */
  severities: ReadonlyMap<string, Severity>;
}

const remarkSchema = {
  type: 'object',
  properties: {
    quote: { type: 'string', description: remarkFields.quote },
    severity: { type: 'string', enum: [...severities] },
    message: { type: 'string', description: remarkFields.message },
    suggestion: { type: 'string', description: remarkFields.suggestion },
  },
  required: ['quote', 'severity', 'message'],
  additionalProperties: false,
};

const claimSchema = {
  type: 'object',
  properties: {
    quote: { type: 'string', description: claimFields.quote },
    verdict: { type: 'string', enum: ['supported', 'contradicted', 'not found'] },
    evidence: {
      type: 'string',
      description: claimFields.evidence,
    },
    suggestion: { type: 'string', description: claimFields.suggestion },
  },
  required: ['quote', 'verdict', 'evidence'],
  additionalProperties: false,
};

/**
 * The plan of a `validate` run.
 *
 * @param most checks
 * @throws InputError when no run can be made of the input; nothing has been spent then
 */
export function planValidate(input: ValidateInput, most = maxDirectWidth): ValidatePlan {
  const { text, document, references = [], sources = [], tone = defaultTone } = input;
  if (text === undefined || document === undefined || input.chunks !== undefined) {
    throw new InputError(
      `Expected a \`text\` and the same as \`document\`, or several as \`chunks\`, got ${input.chunks === undefined ? 'not both' : 'all'}.`,
    );
  }
  const checks = checked(input.checks ?? checkNames, most);
  checkWords(input);
  const { model, maxTokens, offline, fresh } = modelOptionsOf(input);
  const requestOf = (instruction: string, findings: JsonSchema, before: readonly PromptPart[] = []): ModelRequest => ({
    model,
    maxTokens,
    system: checkRules,
    document,
    prompt: instruction,
    ...(before.length > 0 && { promptParts: [...before, instruction] }),
    outputSchema: {
      type: 'object',
      properties: { findings: { type: 'array', items: findings } },
      required: ['findings'],
      additionalProperties: false,
    },
  });
  const asked = checks.flatMap((check): FanOutPlan['branches'][number][] => {
    if (typeof check !== 'string') {
      if ('pattern' in check) return [];
      return [
        {
          key: check.name,
          request: requestOf(criterionPrompt(check.criterion), remarkSchema),
        },
      ];
    }
    switch (check) {
      case 'grammar':
        return [
          {
            key: check,
            request: requestOf(grammarPrompt(input), remarkSchema),
          },
        ];
      case 'tone':
        return [{ key: check, request: requestOf(tonePrompt(tone), remarkSchema) }];
      default:
        return [
          {
            key: check,
            request: requestOf(factsPrompt(references.length + sources.length), claimSchema, shown(references)),
          },
        ];
    }
  });
  const checkKeys = checks.flatMap((check) =>
    typeof check === 'string'
      ? check === 'grammar' && input.localGrammar === true
        ? [check, localGrammar]
        : [check]
      : [check.name],
  );
  // Sources come first, because `facts` waits for them: they must not stand in line behind it.
  const keys = [...sources.map(({ name }) => name), ...checkKeys];
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  if (twice !== undefined) throw new InputError(`Expected every source and check once, got \`${twice}\` twice.`);
  if (sources.length > 0 && (!checkKeys.includes('facts') || input.economy === true)) {
    throw new InputError('Expected `facts` among the checks, and no `economy`, where there are `sources`.');
  }
  const patterns = checks.filter((check) => typeof check !== 'string').filter((check) => 'pattern' in check);
  return {
    text,
    document,
    asked: {
      branches: asked,
      policy: policyOf(input, keys.length),
      offline,
      fresh,
      fanIn: { how: 'merge', criteria: '' },
    },
    patterns,
    sources,
    query: (input.query ?? beginningOf(text.trim(), queryLength).replaceAll(/\s+/g, ' ')) || 'facts',
    hasLocalGrammar: keys.includes(localGrammar),
    keys,
    severities: new Map(
      checks.flatMap((check) =>
        typeof check !== 'string' && check.severity !== undefined ? [[check.name, check.severity] as const] : [],
      ),
    ),
  };
}

function checkWords({ dialect, words = [] }: ValidateInput): void {
  if (dialect !== undefined && !dialects.includes(dialect)) {
    throw new InputError(`Expected \`dialect\` to be one of ${dialects.join(', ')}, got \`${String(dialect)}\`.`);
  }
  const length = words.reduce((sum, word) => sum + word.length, 0);
  if (words.length > maxWords || length > maxWordsLength) {
    throw new InputError(
      `Expected at most ${maxWords} words of ${maxWordsLength} characters in all, got ${words.length} of ${length}.`,
    );
  }
}

function shown(references: NonNullable<ValidateInput['references']>): PromptPart[] {
  return references.flatMap(({ name, text }): PromptPart[] => [
    referenceTitle(name),
    { value: text, path: [] },
    '\n\n',
  ]);
}

function checked(
  checks: readonly (string | OwnCheck)[],
  most: number,
): readonly ((typeof checkNames)[number] | OwnCheck)[] {
  if (checks.length === 0) throw new InputError('Expected at least one check, got none.');
  if (checks.length > most) {
    throw new InputError(`Expected at most ${most} checks, got ${checks.length}.`);
  }
  const seen = new Set<string>([localGrammar]);
  for (const check of checks) {
    const name = typeof check === 'string' ? check : check.name;
    if (typeof check === 'string' && !(checkNames as readonly string[]).includes(check)) {
      throw new InputError(
        `Expected a check to be one of ${checkNames.join(', ')}, or one of \`--checks-file\`, got \`${check}\`.`,
      );
    }
    if (!/^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$/u.test(name)) {
      throw new InputError(`Expected the name of a check to be 1 to 64 letters, digits, "-" or "_", got \`${name}\`.`);
    }
    if (seen.has(name)) throw new InputError(`Expected every check once, got \`${name}\` twice.`);
    seen.add(name);
  }
  return checks as readonly ((typeof checkNames)[number] | OwnCheck)[];
}
