import { ChildWorkflowCancellationType, executeChild } from '@temporalio/workflow';

import { tallyOf } from '../../src/contract/lanes.js';
import { taskQueues } from '../../src/contract/names.js';
import type { Kind } from '../../src/contract/names.js';
import type { Precedence } from '../../src/contract/priority.js';
import type { RunResult } from '../../src/contract/run-result.js';
import type { Source } from '../../src/contract/source.js';
import type { Tool } from '../../src/contract/tool.js';
import type { RankedHit } from '../../src/fold/hits.js';
import { withPart } from '../../src/fold/output-parts.js';
import { checkModel } from './ask.js';
import { millisecondsOf } from './duration.js';
import type { Duration } from './duration.js';
import { own } from './own-work.js';
import { childPriority } from './options.js';
import { badOption, checkNames, countOf } from './refuse.js';
import { isOfflineRun, load } from './run-context.js';
import type { Work } from './work.js';

/** What every such run takes. */
export interface RunOptions {
  /** The API's model id; `claude-sonnet-5-5` by default. */
  model?: string | undefined;
  /** Most output tokens of an answer; 2,048 by default. */
  maxTokens?: number | undefined;
  /** The most that it may spend, in US dollars. */
  budget?: number | undefined;
  /** Whether to ask anew where the journal has the answer. */
  fresh?: boolean | undefined;
  /**
   * Whose calls go first where calls of several runs wait: from 1, the first, to 5, or Temporal's own `{ priorityKey, fairnessKey,
   * fairnessWeight }`. What it leaves out is the workflow's own.
   */
  priority?: Precedence | undefined;
  /** Whether the offline model answers; by default as the client's `FanfoldPlugin` says. */
  offline?: boolean | undefined;
}

/** What an agent is to do, and with what. Only `task` is needed. */
export interface AgentOptions extends RunOptions {
  task: string;
  /** What the model may have called; nothing by default. A worker calls only what its own side allows. */
  tools?: readonly Tool[] | undefined;
  /** Most turns; 10 by default. In the last it must answer with what it has. */
  maxTurns?: number | undefined;
  /** Names of tools that may change something without being asked about; `all` for every one. */
  allow?: readonly string[] | undefined;
  /** How long a call that changes something waits to be allowed; a day by default. */
  approval?: Duration | undefined;
}

/** What is searched for, and where. */
export interface SearchOptions extends RunOptions {
  question: string;
  /** In the order that decides between equals. */
  sources: readonly Source[];
  /** Most hits; 20 by default. */
  limit?: number | undefined;
  /** Whether a model writes an answer from the hits. */
  answer?: boolean | undefined;
}

/** What a search has come to. */
export interface SearchResult {
  hits: RankedHit[];
  /** The answer, where one was asked for. */
  answer?: string;
  /** Places in `hits`, from 1, that the answer cites. */
  citations?: number[];
}

const shared = ['model', 'maxTokens', 'budget', 'fresh', 'priority', 'offline'];

/**
 * A branch that is an agent: a model that calls tools until it has an answer, as a workflow `agent` of its own, which `fanfold list` and
 * `fanfold approve` know. Its output is the answer.
 *
 * @throws ApplicationFailure `BadInput` where an option cannot be meant
 */
export function agentLoop(options: AgentOptions): Work<string> {
  checkNames('agentLoop', options, ['task', 'tools', 'maxTurns', 'allow', 'approval', ...shared]);
  const { task, tools = [], maxTurns, allow, approval } = options;
  if (typeof task !== 'string' || task.trim() === '') throw badOption('task', 'a text', task);
  return run('agent', options, {
    task,
    tools,
    ...(maxTurns !== undefined && { maxTurns: countOf('maxTurns', maxTurns) }),
    ...(allow !== undefined && { allow }),
    ...(approval !== undefined && { approvalMs: millisecondsOf('approval', approval) }),
  });
}

/**
 * A branch that searches several sources at once, as a workflow `gather` of its own, and makes one ranked list of what they find.
 *
 * @throws ApplicationFailure `BadInput` where an option cannot be meant
 */
export function search(options: SearchOptions): Work<SearchResult> {
  checkNames('search', options, ['question', 'sources', 'limit', 'answer', ...shared]);
  const { question, sources, limit, answer } = options;
  if (typeof question !== 'string' || question.trim() === '') {
    throw badOption('question', 'a text', question);
  }
  return run('gather', options, {
    question,
    sources,
    ...(limit !== undefined && { limit: countOf('limit', limit) }),
    ...(answer !== undefined && { answer }),
  });
}

function run<Value>(kind: Kind, options: RunOptions, specific: object): Work<Value> {
  const { model, maxTokens, budget, fresh, offline = isOfflineRun() } = options;
  checkModel({ model, maxTokens });
  const priority = childPriority(options);
  const input = {
    ...specific,
    offline,
    ...(model !== undefined && { model }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(budget !== undefined && { budgetUsd: budget }),
    ...(fresh !== undefined && { fresh }),
  };
  const start = () =>
    executeChild<(input: object) => Promise<RunResult>>(kind, {
      taskQueue: taskQueues.workflow,
      args: [input],
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      ...priority,
    });
  return own<Value>(start, { maxUsd: budget }, async (result) => {
    const { branches, fanIn } = result as RunResult;
    return { output: await wholeOf(result as RunResult), spent: tallyOf([...branches, ...(fanIn?.calls ?? [])]) };
  });
}

/** An output with the parts that are in the store. */
async function wholeOf({ output, references = [] }: RunResult): Promise<unknown> {
  let whole = output;
  for (const { path, ...stored } of references) whole = withPart(whole, path, await load(stored));
  return whole;
}
