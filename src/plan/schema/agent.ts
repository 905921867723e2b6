import { agentDefaults } from '../agent-plan.js';
import type { AgentInput } from '../agent-plan.js';
import { dollars, carried, fanOutFields, milliseconds, modelFields, searchable } from './parts.js';
import { list, object, text, whole } from './schema.js';
import { serverToolsOf } from './server-tools.js';
import { toolsOf } from './tools.js';

const { maxTurns, toolTimeoutMs, toolAttempts, approvalMs, turnsPerExecution } = agentDefaults;

export const agentInput = object<AgentInput>(
  'Input of the workflow `agent`: a model that calls tools, several at once.',
  {
    task: text('What is to be done.', { minLength: 1, maxLength: 100_000 }),
    tools: toolsOf('What the model may have called.'),
    serverTools: serverToolsOf('What the API runs itself while the model answers; not together with a budget.'),
    maxTurns: whole('Most turns of the model. In the last it must answer with what it has.', {
      maximum: 200,
      default: maxTurns,
    }),
    tokenLimit: whole('Once so many tokens have been used, the next turn is the last; no limit by default.'),
    budgetUsd: dollars('What the run may spend.'),
    toolTimeoutMs: milliseconds('Time that a try of a tool may take.', toolTimeoutMs),
    toolAttempts: whole("Most tries of a tool's call. What changes something is tried once.", {
      maximum: 1_000,
      default: toolAttempts,
    }),
    allow: list(
      'Names of tools that may change something without being asked about; `all` for every one.',
      text('A name.'),
    ),
    approvalMs: milliseconds('Time that a call waits to be allowed, after which it is not.', approvalMs),
    turnsPerExecution: whole('Turns after which the run continues as new.', { default: turnsPerExecution }),
    carried,
    ...fanOutFields(),
    ...modelFields(),
    searchable,
  },
  ['task', 'tools'],
);
