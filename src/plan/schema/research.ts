import { agentDefaults } from '../agent-plan.js';
import { gatherDefaults } from '../gather-plan.js';
import { researchDefaults } from '../research-plan.js';
import type { ResearchInput } from '../research-plan.js';
import { questionFields } from './gather.js';
import { dollars, fanOutFields, milliseconds } from './parts.js';
import { object, whole } from './schema.js';
import { serverToolsOf } from './server-tools.js';
import { toolsOf } from './tools.js';

const { tasks, rounds, limit, concurrency } = researchDefaults;

export const researchInput = object<ResearchInput>(
  'Input of the workflow `research`: a question divided into parts that search and answer at once.',
  {
    ...questionFields,
    tasks: whole('Most parts of a round.', { maximum: 10, default: tasks }),
    rounds: whole('Most rounds; in each after the first the gaps of those before are filled.', {
      maximum: 5,
      default: rounds,
    }),
    limit: whole('Most hits that a part is answered from.', { maximum: 200, default: limit }),
    budgetUsd: dollars('What the run may spend.'),
    tools: toolsOf('Tools that a part may call beside its searches; none that changes something.'),
    serverTools: serverToolsOf(
      'What the API runs itself while a part chooses what to call; not together with a budget.',
    ),
    toolTimeoutMs: milliseconds('Time that a try of a tool may take.', agentDefaults.toolTimeoutMs),
    ...fanOutFields({ timeoutMs: gatherDefaults.timeoutMs, concurrency }),
  },
  ['question', 'sources'],
);
