import type { AnswerGroup } from '../contract/activities.js';
import type { Blob } from '../contract/lanes.js';
import type { ModelRequest, PromptPart } from '../contract/model-request.js';
import type { Stored } from '../contract/stored.js';
import { InputError } from '../contract/errors.js';
import { isInStore } from '../contract/stored.js';
import {
  blockOf,
  defaultCriteria,
  judgeReason,
  judgeRules,
  synthesisPrompt,
  synthesisRules,
} from '../prompts/fan-in.js';
import { fanInKinds, type FanInKind, type FanInOptions } from '../contract/options.js';

/** Characters of one fan-in call; more are folded as a tree. About 100,000 tokens, far within every model's context. */
export const mostCharacters = 350_000;
/** Characters that one byte counts for, where an answer is in the store and only its size is known. */
const charactersPerByte = 1;

/** @throws InputError quoting what was expected and what came */
export function fanInOf({ fanIn = 'merge', criteria }: FanInOptions): { how: FanInKind; criteria: string } {
  if (!fanInKinds.includes(fanIn)) {
    throw new InputError(`Expected \`fan-in\` to be one of ${fanInKinds.join(', ')}, got \`${String(fanIn)}\`.`);
  }
  if (criteria !== undefined && (typeof criteria !== 'string' || criteria.trim() === '')) {
    throw new InputError(`Expected \`criteria\` to be a text, got ${JSON.stringify(criteria)}.`);
  }
  if (fanIn === 'merge' && criteria !== undefined) {
    throw new InputError('Expected `fan-in` to be select or synthesise where there are `criteria`, got `merge`.');
  }
  return { how: fanIn, criteria: criteria ?? (fanIn === 'merge' ? '' : defaultCriteria[fanIn]) };
}

/** An answer that goes into a fan-in call. */
export interface Answered {
  key: string;
  output: Stored<unknown>;
  /** How much it counts; 1 by default. */
  weight?: number;
}

/** Neighbouring answers in groups that fit one call each. */
export function groupsOf(answers: readonly Answered[]): Answered[][] {
  const groups: Answered[][] = [];
  let characters = Infinity;
  for (const answer of answers) {
    const size = sizeOf(answer);
    const last = groups.at(-1);
    if (last === undefined || characters + size > mostCharacters) {
      groups.push([answer]);
      characters = size;
    } else {
      last.push(answer);
      characters += size;
    }
  }
  return groups;
}

function sizeOf({ key, output }: Answered): number {
  const size = isInStore(output) ? output.bytes * charactersPerByte : (JSON.stringify(output.inline) ?? '').length;
  return size + key.length + 100;
}

type Base = Pick<ModelRequest, 'model' | 'maxTokens'>;

/**
 * Asks for one answer made of many.
 *
 * @param mark cannot be guessed by who wrote the answers
 * @param missing keys of branches that are not ok
 */
export function synthesisRequest(
  base: Base,
  {
    answers,
    missing,
    criteria,
    mark,
  }: { answers: readonly Answered[]; missing: readonly string[]; criteria: string; mark: string },
): ModelRequest {
  return {
    ...base,
    system: synthesisRules(answers[0]?.key ?? 'key'),
    prompt: '',
    promptParts: [...blocks(answers, mark), synthesisPrompt(answers.length, missing, criteria, weightsOf(answers))],
    mark,
  };
}

/** The same of answers whose blocks are made already. */
export function synthesisOfGroup(
  base: Base,
  {
    group,
    missing,
    criteria,
    mark,
  }: { group: AnswerGroup; missing: readonly string[]; criteria: string; mark: string },
): ModelRequest {
  return {
    ...base,
    system: synthesisRules(group.first),
    prompt: '',
    promptParts: [{ value: group.blocks, path: [] }, synthesisPrompt(group.count, missing, criteria)],
    mark,
  };
}

/** What each answer counts; none where all count the same. */
function weightsOf(answers: readonly Answered[]): { key: string; weight: number }[] {
  const weights = answers.map(({ key, weight = 1 }) => ({ key, weight }));
  return new Set(weights.map(({ weight }) => weight)).size > 1 ? weights : [];
}

/**
 * The answer that the judges' votes make the best: each vote counts as much as the answer it is for. Among equals the first in
 * input order is taken.
 *
 * @param votes keys, one for each judge
 */
export function chosenBy<Kind extends Answered>(votes: readonly string[], answers: readonly Kind[]): Kind | undefined {
  const scored = answers.map((answer) => {
    const forIt = votes.filter((key) => key === answer.key).length;
    return { answer, score: forIt * (answer.weight ?? 1) };
  });
  const most = Math.max(0, ...scored.map(({ score }) => score));
  return most === 0 ? undefined : scored.find(({ score }) => score === most)?.answer;
}

/** Asks a judge for the best of several answers, each under a letter, in the order given. */
export function judgeRequest(
  base: Base,
  { answers, criteria, mark }: { answers: readonly Answered[]; criteria: string; mark: string },
): ModelRequest {
  const lettered = answers.map(({ output }, at) => ({ key: letterOf(at), output }));
  return judging(base, blocks(lettered, mark), answers.length, criteria, mark);
}

/** The same of answers whose blocks are made already, under the letters. */
export function judgeOfBlocks(
  base: Base,
  { blocks: made, count, criteria, mark }: { blocks: Blob; count: number; criteria: string; mark: string },
): ModelRequest {
  return judging(base, [{ value: made, path: [] }], count, criteria, mark);
}

function judging(
  base: Base,
  shown: readonly PromptPart[],
  count: number,
  criteria: string,
  mark: string,
): ModelRequest {
  return {
    ...base,
    system: judgeRules,
    prompt: '',
    promptParts: [...shown, criteria],
    mark,
    outputSchema: {
      type: 'object',
      properties: {
        reason: { type: 'string', description: judgeReason },
        best: { type: 'string', enum: Array.from({ length: count }, (_, at) => letterOf(at)) },
      },
      required: ['reason', 'best'],
      additionalProperties: false,
    },
  };
}

/** Reads what a judge said: a place in the order that the judge was shown. */
export function verdictOf(output: unknown): { place: number; reason: string } | undefined {
  const { best, reason } = (output ?? {}) as { best?: unknown; reason?: unknown };
  if (typeof best !== 'string') return undefined;
  return { place: placeOf(best), reason: typeof reason === 'string' ? reason : '' };
}

function blocks(answers: readonly Answered[], mark: string): PromptPart[] {
  return answers.flatMap(({ key, output }): PromptPart[] => {
    const { begin, end } = blockOf(mark, key);
    return [begin, { value: output, path: [] }, end];
  });
}

/** The letter of an answer that a judge sees, by its place. */
export function letterOf(at: number): string {
  const letter = String.fromCodePoint(65 + (at % 26));
  return at < 26 ? letter : `${letterOf(Math.floor(at / 26) - 1)}${letter}`;
}

function placeOf(letters: string): number {
  return letters.split('').reduce((place, letter) => place * 26 + ((letter.codePointAt(0) ?? 65) - 64), 0) - 1;
}

/** The branch whose output scores highest, of those that are ok; the first in input order among equals. */
export function selectBy<Branch extends { status: string; output?: unknown }>(
  branches: readonly Branch[],
  score: (output: unknown) => number,
): Branch | undefined {
  return branches
    .filter(({ status }) => status === 'ok')
    .reduce<{ branch: Branch; score: number } | undefined>((best, branch) => {
      const own = score(branch.output);
      return best === undefined || own > best.score ? { branch, score: own } : best;
    }, undefined)?.branch;
}
