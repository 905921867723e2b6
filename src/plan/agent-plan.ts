import type { ModelRequest, Turn } from '../contract/model-request.js';
import { InputError } from '../contract/errors.js';
import type { StoredBranch } from '../contract/branch.js';
import { agentRules } from '../prompts/agent.js';
import { offeredTools } from './result-tool.js';
import { modelOptionsOf, policyOf } from './policy.js';
import type { FanOutOptions, ModelOptions, Policy } from '../contract/options.js';
import type { ServerTool } from '../contract/server-tool.js';
import type { Tool } from '../contract/tool.js';
import { checkServerTools } from './server-tools.js';
import { beginningOf } from '../contract/cut-text.js';

export { offeredTools };

/** Input of the workflow `agent`. */
export interface AgentInput extends FanOutOptions, ModelOptions {
  task: string;
  tools: readonly Tool[];
  /** Tools that the API runs itself while the model answers: `web_search`, `code_execution`. None by default; not together with a budget. */
  serverTools?: readonly ServerTool[];
  /** Most turns of the model; 10 by default. In the last it must answer with what it has. */
  maxTurns?: number;
  /** Once so many tokens have been used, the next turn is the last. No limit by default. */
  tokenLimit?: number;
  /** US dollars that the run may spend: a turn that might cost more than is left is not begun. */
  budgetUsd?: number;
  /** Milliseconds a try of a tool may take; 30 s by default. */
  toolTimeoutMs?: number;
  /** Most tries of a tool's call; 3 by default. What changes something is tried once. */
  toolAttempts?: number;
  /** Names of tools that may change something without being asked about; `all` for every one. */
  allow?: readonly string[];
  /** Milliseconds that a call waits to be allowed, after which it is not; a day by default. */
  approvalMs?: number;
  /** Turns after which the run continues as new, so that its history stays small; 25 by default. */
  turnsPerExecution?: number;
  searchable?: boolean;
  /** The state of the execution before, after continue-as-new. */
  carried?: CarriedAgent;
}

/** The state that an agent takes along when it continues as new. */
export interface CarriedAgent {
  startedAtMs: number;
  turns: readonly Turn[];
  branches: readonly StoredBranch[];
}

export const agentDefaults = {
  maxTurns: 10,
  toolTimeoutMs: 30_000,
  toolAttempts: 3,
  approvalMs: 24 * 3_600_000,
  turnsPerExecution: 25,
} as const;

/** Most turns, and most calls of tools: their results travel with every question. */
const mostTurns = 200;
export const mostCalls = 300;

/** An answer of a turn or a tool of more bytes is stored, and travels by reference. */
export const inlineTurnBytes = 1_500;

export interface AgentPlan extends Required<
  Omit<AgentInput, keyof FanOutOptions | keyof ModelOptions | 'carried' | 'searchable'>
> {
  searchable: boolean | undefined;
  policy: Policy;
  model: Required<ModelOptions>;
}

/**
 * The plan of an `agent` run.
 *
 * @throws InputError when no run can be made of the input; nothing has been spent then
 */
export function planAgent(input: AgentInput): AgentPlan {
  const { task, tools, serverTools = [], allow = [], tokenLimit = Infinity, budgetUsd = Infinity } = input;
  if (typeof task !== 'string' || task.trim() === '' || task.length > 100_000) {
    throw new InputError(
      `Expected a task of 1 to 100000 characters, got ${beginningOf(JSON.stringify(task) ?? 'nothing', 80)}.`,
    );
  }
  checkTools(tools);
  checkServerTools(
    serverTools,
    tools.map(({ name }) => name),
    budgetUsd,
  );
  const strange = allow.find((name) => name !== 'all' && !tools.some((tool) => tool.name === name));
  if (strange !== undefined) {
    throw new InputError(`Expected \`allow\` to name tools of the run, or \`all\`, got \`${strange}\`.`);
  }
  const count = (option: keyof typeof agentDefaults, most = Infinity): number => {
    const value = input[option] ?? agentDefaults[option];
    if (Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
    const upTo = most === Infinity ? '1 or more' : `from 1 to ${most}`;
    throw new InputError(`Expected \`${option}\` to be a whole number, ${upTo}, got \`${String(value)}\`.`);
  };
  return {
    task,
    tools,
    serverTools,
    allow,
    tokenLimit,
    budgetUsd,
    searchable: input.searchable,
    maxTurns: count('maxTurns', mostTurns),
    toolTimeoutMs: count('toolTimeoutMs'),
    toolAttempts: count('toolAttempts'),
    approvalMs: count('approvalMs'),
    turnsPerExecution: count('turnsPerExecution'),
    policy: policyOf(input, 1),
    model: modelOptionsOf(input),
  };
}

/** @throws InputError when two tools have one name, or a name is none that the API takes */
export function checkTools(tools: readonly Tool[]): void {
  const names = tools.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new InputError(`Expected every tool once, got \`${twice}\` twice.`);
  const strange = names.find((name) => !/^[a-zA-Z0-9_-]{1,64}$/.test(name) || /^turn$/.test(name));
  if (strange !== undefined) {
    throw new InputError(
      `Expected the name of a tool to be 1 to 64 letters, digits, "-" or "_", and not \`turn\`, got \`${strange}\`.`,
    );
  }
}

/** The next request to the model, after so many turns. */
export function turnRequest(
  {
    task,
    tools,
    serverTools = [],
    model,
  }: Pick<AgentPlan, 'task' | 'tools' | 'model'> & Partial<Pick<AgentPlan, 'serverTools'>>,
  turns: readonly Turn[],
  lastTurn: boolean,
): ModelRequest {
  return {
    model: model.model,
    maxTokens: model.maxTokens,
    system: agentRules,
    prompt: task,
    ...(tools.length > 0 && {
      tools: offeredTools(tools, turns).map(({ name, description, inputSchema }) => ({
        name,
        description,
        inputSchema,
      })),
    }),
    ...(serverTools.length > 0 && { serverTools }),
    ...(turns.length > 0 && { turns }),
    ...(lastTurn && { lastTurn }),
  };
}

/** Whether a tool may be called without an approval. */
export function isAllowed({ name, changes }: Tool, allow: readonly string[]): boolean {
  return changes !== true || allow.includes(name) || allow.includes('all');
}
