import type { ModelRequest, PromptPart } from '../contract/model-request.js';
import type { JsonSchema } from '../contract/json-schema.js';
import { InputError } from '../contract/errors.js';
import { agentDefaults, checkTools, turnRequest } from './agent-plan.js';
import type { ServerTool } from '../contract/server-tool.js';
import type { Tool } from '../contract/tool.js';
import { gatherDefaults, planGather } from './gather-plan.js';
import type { GatherInput, GatherPlan } from './gather-plan.js';
import type { RankedHit } from '../fold/hits.js';
import {
  answeredText,
  atMost,
  blockOf,
  gapsPrompt,
  gapsRules,
  planPrompt,
  plannedQuestion,
  planRules,
  reportPrompt,
  reportRules,
} from '../prompts/research.js';
import { checkServerTools } from './server-tools.js';
import { beginningOf } from '../contract/cut-text.js';

/** Input of the workflow `research`. */
export interface ResearchInput extends Omit<GatherInput, 'answer' | 'limit'> {
  /** Most branches of a round; 4 by default. Flags, keys and output call them tasks. */
  tasks?: number;
  /** Most rounds; in each after the first the gaps of those before are filled. 2 by default. */
  rounds?: number;
  /** Most hits that a branch is answered from; 8 by default. */
  limit?: number;
  /** Tools that a branch may call beside its searches, once and all at once; none that changes something. None by default. */
  tools?: readonly Tool[];
  /**
   * Tools that the API runs itself while a branch chooses what to call: `web_search`, `code_execution`. None by default; not together with a
   * budget.
   */
  serverTools?: readonly ServerTool[];
  /** Milliseconds a try of a tool may take; 30 s by default. */
  toolTimeoutMs?: number;
}

export const researchDefaults = { tasks: 4, rounds: 2, limit: 8, concurrency: 10, maxTokens: 2_048 } as const;

export interface ResearchPlan extends GatherPlan {
  tasks: number;
  rounds: number;
  budgetUsd: number;
  tools: readonly Tool[];
  serverTools: readonly ServerTool[];
  toolTimeoutMs: number;
  toolAttempts: number;
}

/**
 * The plan of a `research` run.
 *
 * @throws InputError when no run can be made of the input; nothing has been asked then
 */
export function planResearch(input: ResearchInput): ResearchPlan {
  const { tasks = researchDefaults.tasks, rounds = researchDefaults.rounds, budgetUsd = Infinity } = input;
  for (const [name, count, most] of [['tasks', tasks, 10] as const, ['rounds', rounds, 5] as const]) {
    if (!Number.isSafeInteger(count) || count < 1 || count > most) {
      throw new InputError(`Expected \`${name}\` to be a whole number from 1 to ${most}, got \`${String(count)}\`.`);
    }
  }
  const { tools = [], serverTools = [], toolTimeoutMs = agentDefaults.toolTimeoutMs } = input;
  checkTools(tools);
  checkServerTools(
    serverTools,
    tools.map(({ name }) => name),
    budgetUsd,
  );
  const changing = tools.find(({ changes }) => changes);
  if (changing !== undefined) {
    throw new InputError(
      `Expected tools that change nothing, for nobody is asked, got \`${changing.name}\`.`,
      'An `agent` may call it, once somebody has allowed it. A tool of an MCP server that only reads is named in its `reads` in the servers file.',
    );
  }
  const { concurrency, limit } = researchDefaults;
  const gather = planGather({ timeoutMs: gatherDefaults.timeoutMs, concurrency, limit, ...input });
  const { toolAttempts } = agentDefaults;
  return { ...gather, tasks, rounds, budgetUsd, tools, serverTools, toolTimeoutMs, toolAttempts };
}

/** One part of the question. Its answer has this key, its searches are branches named after it; no text of a model is in the key. */
export interface ResearchBranch {
  key: string;
  question: string;
}

/** The share of the remaining money for each step. Nothing is begun that is not set aside before. */
export const shares = { plan: 0.1, tools: 0.15, tasks: 0.6, gaps: 0.1 } as const;

type Base = Pick<ResearchPlan, 'question' | 'model' | 'tasks'>;

/** Asks for questions that can be answered by searching, independently of each other. */
export function planRequest({ question, model, tasks }: Base): ModelRequest {
  return {
    model: model.model,
    maxTokens: model.maxTokens,
    system: planRules,
    prompt: planPrompt(question, tasks),
    outputSchema: questionsSchema(tasks, 'questions'),
  };
}

/** Asks which tools to call for a branch. Those of the API have been used when the answer is there. */
export function toolsRequest(
  {
    model,
    tools,
    serverTools = [],
  }: Pick<ResearchPlan, 'model' | 'tools'> & Partial<Pick<ResearchPlan, 'serverTools'>>,
  question: string,
): ModelRequest {
  return turnRequest({ model, tools, serverTools, task: question }, [], false);
}

/** Asks what is still missing. */
export function gapsRequest(
  { question, model, tasks }: Base,
  answered: readonly (ResearchBranch & { answer: string })[],
  mark: string,
): ModelRequest {
  return {
    model: model.model,
    maxTokens: model.maxTokens,
    system: gapsRules,
    prompt: '',
    promptParts: [...blocks(answered, mark), gapsPrompt(question, tasks)],
    mark,
    outputSchema: questionsSchema(tasks, 'gaps'),
  };
}

/** Asks for one report with the numbers of the sources. */
export function reportRequest(
  { question, model }: Base,
  answered: readonly (ResearchBranch & { answer: string })[],
  missing: readonly string[],
  mark: string,
): ModelRequest {
  return {
    model: model.model,
    maxTokens: model.maxTokens,
    system: reportRules,
    prompt: '',
    promptParts: [...blocks(answered, mark), reportPrompt(question, missing)],
    mark,
  };
}

function blocks(answered: readonly (ResearchBranch & { answer: string })[], mark: string): PromptPart[] {
  const { begin, end } = blockOf(mark);
  return answered.flatMap(({ question, answer }): PromptPart[] => [
    begin,
    { value: { inline: answeredText(question, answer) }, path: [] },
    end,
  ]);
}

function questionsSchema(most: number, name: string): JsonSchema {
  return {
    type: 'object',
    properties: {
      [name]: {
        type: 'array',
        items: { type: 'string', description: plannedQuestion },
        description: atMost(most),
      },
    },
    required: [name],
    additionalProperties: false,
  };
}

/** Reads the questions that a model has planned: no more than so many, none empty, none twice, none that was asked before. */
export function questionsIn(output: unknown, name: string, most: number, before: readonly string[]): string[] {
  const { [name]: list } = (output ?? {}) as Record<string, unknown>;
  const questions = (Array.isArray(list) ? list : [])
    .filter((each): each is string => typeof each === 'string')
    .map((each) => beginningOf(each.trim(), 500))
    .filter((each, at, all) => each !== '' && all.indexOf(each) === at && !before.includes(each));
  return questions.slice(0, most);
}

/** The sources of a report, each once and with one number, however many branches have found it. */
export class Bibliography {
  readonly #hits: RankedHit[] = [];

  /** Renumbers an answer: its own numbers become those of the whole report. A number that no hit has is marked. */
  renumbered(answer: string, hits: readonly RankedHit[]): string {
    const numbers = hits.map((hit) => this.#numberOf(hit));
    return answer.replaceAll(/\[(\d+(?:\s*,\s*\d+)*)\]/g, (_, list: string) => {
      const own = list.split(',').map((number) => numbers[Number(number) - 1] ?? '?');
      return `[${own.join(', ')}]`;
    });
  }

  get sources(): { number: number; title: string; link: string; sources: string[] }[] {
    return this.#hits.map(({ title, link, sources }, at) => ({ number: at + 1, title, link, sources }));
  }

  #numberOf(hit: RankedHit): number {
    const known = this.#hits.findIndex(({ link, title }) => link === hit.link && (link !== '' || title === hit.title));
    return known >= 0 ? known + 1 : this.#hits.push(hit);
  }
}
